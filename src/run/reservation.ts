import type { Probe } from "../probe/probe.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { microUsd, microUsdPerUsd } from "../std/money.ts";
import type { Reservation } from "./run.ts";

/**
 * The most one run can use: every call with every retry, each prompt at its upper estimate, each answer as
 * long as allowed. Reserved before anything is sent, so that no number of workers can pass a cap together.
 */
export function reservationFor(probe: Probe, scenario: Scenario): Reservation {
  const { price, spendCaps, policy } = probe.target;
  const attempts = 1 + policy.retries;
  const inputTokens = scenario.maxPromptTokens * attempts;
  const outputTokens = scenario.maxOutputTokens * attempts;
  return {
    requests: (scenario.maxSent ?? scenario.maxCalls) * attempts,
    tokens: inputTokens + outputTokens,
    microUsd:
      price === undefined
        ? undefined
        : microUsd(
            (inputTokens * price.inputPerMillion + outputTokens * price.outputPerMillion) /
              microUsdPerUsd /
              tokensPerPrice,
          ),
    caps: spendCaps,
  };
}

const tokensPerPrice = 1_000_000;

/** Longest a run can take by its policy, with a margin for our own work: later than that it was interrupted. */
export function longestRunMs(probe: Probe, scenario: Scenario): number {
  const { totalMs, retries, maxRetryAfterMs } = probe.target.policy;
  return scenario.maxCalls * ((1 + retries) * totalMs + retries * maxRetryAfterMs) + commitMarginMs;
}

const commitMarginMs = 10_000;
