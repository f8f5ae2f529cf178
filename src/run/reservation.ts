import type { Probe } from "../probe/probe.ts";
import type { SpendCap, Target, TokenPrice } from "../probe/target.ts";
import { fallback } from "../scenario/fallback.ts";
import { sameAs } from "../scenario/same-model/same-as.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { microUsd, type MicroUsd, microUsdPerUsd } from "../std/money.ts";
import type { Reservation } from "./run.ts";

export type Asked = Omit<Target, "audit">;

/**
 * The most one run can use: every call with every retry, each prompt at its upper estimate, each answer as
 * long as allowed, by whichever of the targets it may ask costs more, under the caps of all of them. Reserved before
 * anything is sent, so that no number of workers can pass a cap together.
 */
export function reservationFor(probe: Probe, scenario: Scenario): Reservation {
  const asked = askedBy(probe, scenario);
  const [, other] = asked;
  const attempts = 1 + Math.max(...asked.map(({ policy }) => policy.retries));
  const inputTokens = scenario.maxPromptTokens * attempts;
  const outputTokens = scenario.maxOutputTokens * attempts;
  const calls = scenario.maxSent ?? scenario.maxCalls;
  const costs = asked.map(({ price }) => mostCost(price, inputTokens, outputTokens, calls));
  return {
    requests: calls * attempts,
    tokens: inputTokens + outputTokens,
    microUsd: costs.reduce((most, cost) =>
      most === undefined || cost === undefined ? undefined : Math.max(most, cost),
    ),
    ...(other !== undefined && { billedTo: other.name }),
    caps: distinct(asked.flatMap(({ spendCaps }) => spendCaps)),
  };
}

/** Every call is rounded up by itself when it is settled: a millionth more for each. */
export function mostCost(
  price: TokenPrice | undefined,
  inputTokens: number,
  outputTokens: number,
  calls: number,
): MicroUsd | undefined {
  if (price === undefined) return undefined;
  const input = Math.max(price.inputPerMillion, price.cachedInputPerMillion ?? 0);
  const perMillion = inputTokens * input + outputTokens * price.outputPerMillion;
  return perMillion === 0 ? 0 : microUsd(perMillion / microUsdPerUsd / tokensPerPrice) + Math.max(0, calls - 1);
}

const tokensPerPrice = 1_000_000;

/** The targets that a run may send to: its own, and what it falls back to or is compared with. */
function askedBy({ target }: Probe, { name }: Scenario): readonly [Asked, ...Asked[]] {
  if (name === sameAs.name && target.sameAs !== undefined) return [target, target.sameAs];
  const other = name === fallback.name ? target.audit?.fallback : undefined;
  return other?.kind === "secondary" ? [target, other.target] : [target];
}

/** Who was asked in a call of the run: the target of that name when it was another than the run's own. */
export function askedIn(probe: Probe, scenario: Scenario): (via: string | undefined) => Asked {
  const [own, ...others] = askedBy(probe, scenario);
  return (via) => others.find(({ name }) => name === via) ?? own;
}

function distinct(caps: readonly SpendCap[]): readonly SpendCap[] {
  return [...new Map(caps.map((cap) => [`${cap.span} ${cap.scope}`, cap])).values()];
}

/** Longest a run can take by its policy, with a margin for our own work: later than that it was interrupted. */
export function longestRunMs(probe: Probe, scenario: Scenario): number {
  const { totalMs, retries, maxRetryAfterMs } = probe.target.policy;
  return scenario.maxCalls * ((1 + retries) * totalMs + retries * maxRetryAfterMs) + commitMarginMs;
}

const commitMarginMs = 10_000;
