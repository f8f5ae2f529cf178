import type { PinnedReplies } from "../probe/audit-terms.ts";
import { type Target, visibleBaseUrl } from "../probe/target.ts";
import type { Redactor } from "../std/redact.ts";
import type { Json } from "../std/json.ts";
import { decideReadiness } from "./decision.ts";
import type { AuditDocument, RunLine } from "./document.ts";
import { evidenceOf } from "./evidence.ts";
import type { AuditPlan } from "./plan.ts";
import { audited } from "./replies.ts";
import { fillRunbook } from "./runbook.ts";
import { suggestProbes } from "./suggest.ts";
import { type PlayedScenario, type SinkSearch, viewOf } from "./view.ts";
import { fillWorksheet } from "./worksheet.ts";

export interface WriteUp {
  readonly target: Target;
  readonly plan: AuditPlan;
  readonly played: readonly PlayedScenario[];
  readonly sinks: readonly SinkSearch[];
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly program: string;
  readonly redact: Redactor;
  /** How replies are expected to be. */
  readonly pinned?: PinnedReplies | undefined;
}

/** From what was seen to the document. Pure; no text of it escapes the redactor. */
export function writeUp(input: WriteUp): AuditDocument {
  const { target, plan, played, sinks, startedAtMs, endedAtMs, program, redact, pinned } = input;
  const view = viewOf(target, endedAtMs, played, sinks);
  const decision = decideReadiness(view, pinned);
  const sum = (pick: (it: PlayedScenario) => number | undefined): number | null =>
    played.reduce<number | null>((all, it) => {
      const amount = pick(it);
      return all === null || amount === undefined ? null : all + amount;
    }, 0);
  const document: AuditDocument = {
    schema: 1,
    id: `${target.name}/${new Date(startedAtMs).toISOString()}`,
    target: target.name,
    baseUrl: visibleBaseUrl(target),
    model: target.model,
    provider: target.provider,
    environment: target.audit?.environment ?? "unnamed",
    documentation: target.audit?.documentation?.url ?? null,
    startedAt: new Date(startedAtMs).toISOString(),
    endedAt: new Date(endedAtMs).toISOString(),
    announced: {
      requests: plan.requests,
      atMostRequests: plan.atMostRequests,
      microUsd: plan.microUsd ?? null,
      atMostMicroUsd: plan.atMostMicroUsd ?? null,
    },
    sent: {
      requests: sum(({ report }) => report.spent.requests) ?? 0,
      tokens: sum(({ report }) => report.spent.tokens),
      microUsd: sum(({ report }) => report.spent.microUsd),
    },
    decision,
    worksheet: fillWorksheet(view),
    runbook: fillRunbook(view, decision, program),
    runs: played.map(runLine),
    evidence: played.flatMap(({ scenario, report, observations }) =>
      observations.map((seen, position) =>
        evidenceOf(seen, position, {
          run: report.runId,
          traceId: report.traceId ?? "",
          scenario: scenario.name,
          target,
        }),
      ),
    ),
    sinks,
    shapes: audited(played),
    suggestedProbes: suggestProbes(target, played, view),
  };
  return clean(JSON.parse(JSON.stringify(document)) as Json, redact) as unknown as AuditDocument;
}

function runLine({ scenario, report, checks }: PlayedScenario): RunLine {
  return {
    run: report.runId,
    scenario: scenario.name,
    summary: scenario.summary,
    verdict: report.verdict ?? report.state,
    reason: report.reason ?? null,
    checks: checks.map(({ subject, outcome, observed, expected }) => ({ subject, outcome, observed, expected })),
    findings: report.findings.map(({ subject, observed, expected }) => ({ subject, observed, expected })),
    requests: report.spent.requests,
    microUsd: report.spent.microUsd ?? null,
  };
}

function clean(value: Json, redact: Redactor): Json {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => clean(item, redact));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, clean(member, redact)]));
}
