import type { Observation, Usage } from "../observation/observation.ts";
import { costOf } from "../observation/cost.ts";
import type { TokenPrice } from "../probe/target.ts";
import type { Spent } from "./run.ts";

/** Refused before any model ran. Other errors, faults and cut streams may well be billed: their usage is unknown. */
const refusedStatuses: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 413, 422]);

/**
 * What the calls of a run used, retries included. One unknown part makes the sum unknown, never smaller. `priceOf` knows
 * the price of the target that was asked, by its name when that was another than the run's own.
 */
export function spentBy(
  observations: readonly Observation[],
  priceOf: (via: string | undefined) => TokenPrice | undefined,
): Spent {
  let tokens: number | undefined = 0;
  let microUsd: number | undefined = 0;
  let requests = 0;
  for (const observation of observations) {
    requests += sentAttempts(observation);
    const usage = billedUsage(observation);
    const total = totalTokens(usage);
    tokens = tokens === undefined || total === undefined ? undefined : tokens + total;
    const cost = total === 0 ? 0 : costOf(usage, priceOf(observation.via));
    microUsd = microUsd === undefined || cost === undefined ? undefined : microUsd + cost;
  }
  return { tokens, microUsd, requests };
}

const unsentClasses: ReadonlySet<string> = new Set(["circuit-open", "request-too-large"]);

function sentAttempts({ outcome, attempts, injected }: Observation): number {
  return injected !== undefined || (outcome.kind === "fault" && unsentClasses.has(outcome.class)) ? 0 : attempts;
}

function billedUsage({ outcome, attempts, injected, isFree }: Observation): Usage | undefined {
  const nothing: Usage = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };
  if (injected !== undefined || isFree === true) return nothing;
  if (outcome.kind === "fault") {
    const neverSent = [...unsentClasses, "dns", "connect", "tls"].includes(outcome.class);
    return neverSent && attempts <= 1 ? nothing : undefined;
  }
  if (attempts > 1) return undefined;
  if (outcome.usage !== undefined) return outcome.usage;
  return refusedStatuses.has(outcome.status) ? nothing : undefined;
}

function totalTokens(usage: Usage | undefined): number | undefined {
  if (usage?.totalTokens !== undefined) return usage.totalTokens;
  if (usage?.promptTokens === undefined || usage.completionTokens === undefined) return undefined;
  return usage.promptTokens + usage.completionTokens;
}
