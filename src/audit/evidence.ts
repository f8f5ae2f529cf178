import { costOf } from "../observation/cost.ts";
import type { Observation } from "../observation/observation.ts";
import type { Target } from "../probe/target.ts";
import { outcomeText } from "../scenario/rules.ts";

/** One request as an auditor may see it: no key, prompt, completion or raw header. null = not known, never 0. */
export interface EvidenceRow {
  /** Trace of the run and place within it. */
  readonly correlationId: string;
  readonly run: string;
  readonly environment: string;
  readonly scenario: string;
  readonly call: string;
  readonly at: string | null;
  readonly endpoint: "chat completions" | "models" | "billing";
  readonly target: string;
  readonly model: string;
  /** The model that the reply says has answered. */
  readonly servedModel: string | null;
  /** HTTP status, or the class of the fault. */
  readonly outcome: string;
  /** What was played in the target's place; null = the target itself was asked. */
  readonly injected: string | null;
  readonly totalMs: number;
  readonly headersMs: number | null;
  readonly firstContentMs: number | null;
  readonly largestGapMs: number | null;
  readonly retries: number;
  readonly timedOut: boolean;
  readonly fallback: boolean;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly totalTokens: number | null;
  readonly microUsd: number | null;
  readonly finishReason: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly requestId: string | null;
  readonly application: string | null;
}

export interface Origin {
  readonly run: string;
  readonly traceId: string;
  readonly scenario: string;
  readonly target: Target;
}

export function evidenceOf(
  seen: Observation,
  position: number,
  { run, traceId, scenario, target }: Origin,
): EvidenceRow {
  const { outcome, timings, attempts, via, injected } = seen;
  const reply = outcome.kind === "reply" ? outcome : undefined;
  const usage = reply?.usage;
  const error = reply?.error;
  const code = [error?.type, error?.code].filter((it) => it !== undefined).join("/");
  const asked = via === undefined ? target : (secondaryOf(target) ?? target);
  return {
    correlationId: `${traceId}/${position + 1}`,
    run,
    environment: target.audit?.environment ?? "unnamed",
    scenario,
    call: seen.call,
    at: seen.startedAtMs === undefined ? null : new Date(seen.startedAtMs).toISOString(),
    endpoint: seen.isFree === true ? (via === undefined ? "models" : "billing") : "chat completions",
    target: via ?? target.name,
    model: asked.model,
    servedModel: reply?.model ?? null,
    outcome: outcomeText(seen),
    injected: injected?.name ?? null,
    totalMs: rounded(timings.totalMs) ?? 0,
    headersMs: rounded(timings.headersMs),
    firstContentMs: rounded(timings.firstContentMs),
    largestGapMs: rounded(timings.largestGapMs),
    retries: attempts - 1,
    timedOut: outcome.kind === "fault" && outcome.class === "timeout",
    fallback: via !== undefined && seen.isFree !== true,
    promptTokens: usage?.promptTokens ?? null,
    completionTokens: usage?.completionTokens ?? null,
    totalTokens: usage?.totalTokens ?? null,
    microUsd: costOf(usage, asked.price) ?? null,
    finishReason: reply?.finishReasons.map((reason) => reason ?? "none").join(", ") || null,
    errorCode: error === undefined ? null : code || error.family,
    errorMessage: error?.message ?? null,
    requestId: reply?.requestId ?? null,
    application: target.audit?.application ?? null,
  };
}

function secondaryOf({ audit }: Target): Omit<Target, "audit"> | undefined {
  return audit?.fallback?.kind === "secondary" ? audit.fallback.target : undefined;
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 10) / 10;
}
