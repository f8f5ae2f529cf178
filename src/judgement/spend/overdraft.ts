import { formatMicroUsd, type MicroUsd } from "../../std/money.ts";
import type { Used } from "./budget.ts";
import type { Finding } from "../judgement.ts";

/** A run that has used more than the most it was allowed. The most of what was seen, and when that was last. */
export interface Overdraft {
  readonly probeId: string;
  readonly model: string;
  readonly atMs: number;
  readonly tokens: number;
  readonly plannedTokens: number;
  /** undefined: no price was known. */
  readonly microUsd?: MicroUsd | undefined;
  readonly plannedMicroUsd?: MicroUsd | undefined;
  /** An incident of the probe about what its runs use, or the suspicion of one, was there when it happened. */
  readonly isExplained: boolean;
}

/** What its findings are about. */
export const overdraftSubject = "reserved maximum";

const dayMs = 86_400_000;
/** As long as an overdraft is reserved for: no month is longer, and a month is the longest time that a cap is for. */
export const overdraftHoldMs = 31 * dayMs;

/** Said while a run of the last day has used too much: the one that took most, and of how many probes. */
export function overdraftFinding(seen: readonly Overdraft[], nowMs: number): Finding | undefined {
  const recent = seen.filter(({ atMs }) => nowMs - atMs <= dayMs);
  const [worst] = recent.toSorted((one, other) => other.tokens - one.tokens);
  if (worst === undefined) return undefined;
  const { probeId, tokens, plannedTokens, microUsd, plannedMicroUsd } = worst;
  const isOfTokens = tokens > plannedTokens || microUsd === undefined || plannedMicroUsd === undefined;
  const used = isOfTokens ? `${tokens} tokens` : formatMicroUsd(microUsd);
  const others = recent.length > 1 ? `, ${recent.length} probes in all` : "";
  return {
    kind: "budget",
    severity: "risky",
    subject: overdraftSubject,
    expected: isOfTokens ? `at most ${plannedTokens} tokens a run` : `at most ${formatMicroUsd(plannedMicroUsd)} a run`,
    observed: `${used} by ${probeId}${others}; as much is reserved for each run from now on`,
    why: "the provider does not keep to the output limit, or counts the prompt otherwise",
  };
}

/** What is set aside for a run: what is allowed, or what was seen if that was more. */
export function withOverdraft(planned: Used, seen: Overdraft | undefined): Used {
  return {
    ...planned,
    microUsd: Math.max(planned.microUsd, seen?.microUsd ?? 0),
    tokens: Math.max(planned.tokens, seen?.tokens ?? 0),
  };
}
