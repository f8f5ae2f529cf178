import type { Observation } from "../observation/observation.ts";
import type { Usage } from "../probe/usage.ts";
import { costOf } from "../observation/cost.ts";
import type { Asked } from "./reservation.ts";
import type { LedgerEntry, Spent } from "./run.ts";

/** Refused before any model ran. Other errors, faults and cut streams may well be billed: their usage is unknown. */
const refusedStatuses: ReadonlySet<string> = new Set(["400", "401", "403", "404", "405", "413", "422"]);
/** No request was made of these. */
const unsentClasses: ReadonlySet<string> = new Set(["circuit-open", "request-too-large"]);
/** It was tried, and nothing arrived. */
const unheardClasses: ReadonlySet<string> = new Set(["dns", "connect", "tls"]);

const nothing: Usage = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };

/**
 * An entry for every request that was sent, attempts by themselves. `askedIn` knows the target that was asked, by its
 * name when that was another than the run's own.
 */
export function ledgerOf(
  observations: readonly Observation[],
  askedIn: (via: string | undefined) => Asked,
): LedgerEntry[] {
  return observations.flatMap((observation, place) => {
    if (observation.injected !== undefined) return [];
    const asked = askedIn(observation.via);
    const { attempts, earlier } = observation;
    const endings = Array.from({ length: attempts }, (_, n) =>
      n + 1 === attempts ? endingOf(observation) : (earlier?.[n] ?? "unknown"),
    );
    return endings.flatMap((ended, index) => {
      if (unsentClasses.has(ended)) return [];
      const attempt = index + 1;
      const isLast = attempt === endings.length;
      const usage = observation.isFree === true ? nothing : billedUsage(ended, isLast ? observation : undefined);
      return [{ ...entryOf(observation, asked, attempt, usage), callNumber: place + 1, ended }];
    });
  });
}

function entryOf(
  { call, via, isFree }: Observation,
  { name, model, price }: Asked,
  attempt: number,
  usage: Usage | undefined,
): Omit<LedgerEntry, "callNumber" | "ended"> {
  const tokens = totalTokens(usage);
  const isFallback = via !== undefined && isFree !== true;
  return {
    kind: isFallback ? "fallback" : attempt > 1 ? "retry" : "call",
    call,
    attempt,
    target: name,
    model,
    tokens,
    microUsd: tokens === 0 ? 0 : costOf(usage, price),
    price,
  };
}

/** What the requests of a run used. One unknown part makes the sum unknown, never smaller. */
export function spentOf(ledger: readonly LedgerEntry[]): Spent {
  return {
    tokens: sumOf(ledger.map(({ tokens }) => tokens)),
    microUsd: sumOf(ledger.map(({ microUsd }) => microUsd)),
    requests: ledger.length,
  };
}

function sumOf(parts: readonly (number | undefined)[]): number | undefined {
  return parts.reduce((sum, part) => (sum === undefined || part === undefined ? undefined : sum + part), 0);
}

function endingOf({ outcome }: Observation): string {
  return outcome.kind === "fault" ? outcome.class : String(outcome.status);
}

/** `last` is there for the attempt whose reply was kept. */
function billedUsage(ended: string, last: Observation | undefined): Usage | undefined {
  const usage = last?.outcome.kind === "reply" ? last.outcome.usage : last?.outcome.partial?.usage;
  if (usage !== undefined) return usage;
  if (ended === "local" && last?.timings.connectedMs === undefined) return nothing;
  return refusedStatuses.has(ended) || unheardClasses.has(ended) ? nothing : undefined;
}

function totalTokens(usage: Usage | undefined): number | undefined {
  if (usage?.totalTokens !== undefined) return usage.totalTokens;
  if (usage?.promptTokens === undefined || usage.completionTokens === undefined) return undefined;
  return usage.promptTokens + usage.completionTokens;
}
