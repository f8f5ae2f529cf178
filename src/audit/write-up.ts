import type { PinnedReplies } from "../probe/audit-terms.ts";
import { type Target, visibleBaseUrl } from "../probe/target.ts";
import type { Spent } from "../run/run.ts";
import type { Redactor } from "../std/redact.ts";
import type { Json } from "../std/json.ts";
import { decideReadiness } from "./decision.ts";
import type { Compared, NotCompared } from "./compare.ts";
import type { AuditDocument, ComparisonRecord, RunLine } from "./document.ts";
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
  readonly comparison?: Compared | NotCompared | undefined;
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
  const { target, plan, played, comparison, sinks, startedAtMs, endedAtMs, program, redact, pinned } = input;
  const view = viewOf(target, endedAtMs, played, sinks, comparison);
  const decision = decideReadiness(view, pinned);
  const spends = [...played.map(({ report }) => report.spent), ...(comparison === undefined ? [] : [comparison])];
  const sum = (pick: (spent: Spent) => number | undefined): number | null =>
    spends.reduce<number | null>((all, spent) => {
      const amount = pick(spent);
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
      requests: sum(({ requests }) => requests) ?? 0,
      tokens: sum(({ tokens }) => tokens),
      microUsd: sum(({ microUsd }) => microUsd),
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
    ...(comparison !== undefined &&
      comparison.kind !== "not compared" && { comparison: comparedWith(target.sameAs?.name ?? "", comparison) }),
    suggestedProbes: suggestProbes(target, played, view),
  };
  return clean(JSON.parse(JSON.stringify(document)) as Json, redact) as unknown as AuditDocument;
}

function comparedWith(reference: string, { kind, distance, byChance, pairs, answers }: Compared): ComparisonRecord {
  const cells = Object.entries(answers).map(([question, { counts }]) => [question, counts] as const);
  return { reference, result: kind, distance, byChance, pairs, answers: Object.fromEntries(cells) };
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
