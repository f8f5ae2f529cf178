import { whatFailed } from "../observation/fault-text.ts";
import type { Observation, ReplyFacts } from "../observation/observation.ts";
import type { Usage } from "../probe/usage.ts";
import { sumsOf } from "../observation/usage-sums.ts";
import type { Check } from "./scenario.ts";

/** Rules that several scenarios share. Pure: facts to checks. */

export const policyRule = ruleOf("policy");
export const expectationRule = ruleOf("expectation");

/** `held` undefined: it cannot be known. */
function ruleOf(rule: Check["rule"]) {
  return (subject: string, held: boolean | undefined, expected: string, observed: string): Check => {
    const outcome = held === undefined ? "unknown" : held ? "held" : "broken";
    return { rule, subject, expected, observed, outcome };
  };
}

export function replyOf(observation: Observation | undefined): ReplyFacts | undefined {
  return observation?.outcome.kind === "reply" ? observation.outcome : undefined;
}

/** `401`, `timeout (idle)`, `connection refused (10.0.0.1:443)`: an outcome in a few words. */
export function outcomeText(observation: Observation | undefined): string {
  if (observation === undefined) return "not asked";
  const { outcome } = observation;
  if (outcome.kind === "reply") return String(outcome.status);
  return whatFailed(outcome);
}

/**
 * Refused for what it says, a request is not sent again: that costs time and money and changes nothing. A server that
 * answers such a request with a plain 5xx cannot be distinguished from one in trouble, and without a reply nobody was
 * refused.
 */
export function notRetried(done: readonly Observation[]): Check[] {
  return done.map((seen) => {
    const { earlier = [], attempts } = seen;
    const wasRefused = earlier.some((before) => /^4(?!08|29)\d\d$/.test(before));
    const observed =
      attempts === 1 ? `${outcomeText(seen)} after 1 attempt` : `${[...earlier, outcomeText(seen)].join(", then ")}`;
    const status = replyOf(seen)?.status;
    const isUnknown = status === undefined ? !wasRefused : attempts > 1 && status >= 500;
    return policyRule("not retried", isUnknown ? undefined : !wasRefused, "one attempt", observed);
  });
}

/**
 * `total = prompt + completion` or the rule that holds instead; parts no larger than what they are part of, unless the
 * total shows that they are counted beside it, as some count cached or reasoning tokens.
 */
export function usageCoherent(usage: Usage | undefined): Check[] {
  if (usage === undefined) return [];
  const { promptTokens: prompt, completionTokens: completion, totalTokens: total } = usage;
  const { cachedTokens: cached, reasoningTokens: reasoning } = usage;
  const sums = sumsOf(usage);
  const sum = sums.find((it) => it.tokens === total);
  return [
    expectationRule(
      "total tokens",
      prompt === undefined || completion === undefined || total === undefined ? undefined : sum !== undefined,
      "prompt + completion",
      total === undefined || sums[0] === undefined
        ? "a part is not reported"
        : sum === undefined
          ? `${sums[0].text} is not ${total}`
          : `${sum.text} = ${total}`,
    ),
    ...(cached === undefined || prompt === undefined
      ? []
      : [
          partOf(
            "cached tokens",
            cached,
            prompt,
            "prompt",
            sums.some((it) => it.besideCached && it.tokens === total),
          ),
        ]),
    ...(reasoning === undefined || completion === undefined
      ? []
      : [
          partOf(
            "reasoning tokens",
            reasoning,
            completion,
            "completion",
            sums.some((it) => it.besideReasoning && it.tokens === total),
          ),
        ]),
  ];
}

function partOf(subject: string, part: number, whole: number, name: string, isBeside: boolean): Check {
  return expectationRule(
    subject,
    part <= whole || isBeside,
    `part of the ${name} tokens, or in addition to them`,
    part <= whole ? `${part}, part of ${whole}` : `${part}${isBeside ? " in addition to" : ", more than all"} ${whole}`,
  );
}

/** A question and its answer are a token each at least: a bill for less is none. */
export function usageCounted({ usage, text }: ReplyFacts): Check[] {
  if (usage === undefined || text.class === "empty") return [];
  const counts = [
    ["prompt tokens", usage.promptTokens],
    ["completion tokens", usage.completionTokens],
  ] as const;
  return counts.flatMap(([subject, count]) =>
    count === 0 ? [expectationRule(`${subject} counted`, false, "at least 1", "0")] : [],
  );
}

/** A gateway that answered from a fallback of its own, or tried more than once, hides an incident behind a good reply. */
export function notMasked({ diagnosticHeaders = {} }: ReplyFacts): Check {
  const attempts = Number(diagnosticHeaders["x-litellm-attempted-fallbacks"] ?? 0);
  const option = diagnosticHeaders["x-portkey-last-used-option-index"] ?? "";
  const isMasked = attempts > 0 || /\[[1-9]\d*\]$/.test(option);
  const observed = isMasked ? `a fallback of the gateway (${option || `${attempts} tried`})` : "no sign of a fallback";
  return expectationRule("served by the primary", !isMasked, "the primary", observed);
}
