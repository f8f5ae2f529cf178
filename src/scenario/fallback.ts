import { injectedReply } from "../exchange/injection.ts";
import type { Observation } from "../observation/observation.ts";
import type { Fallback, Target } from "../probe/target.ts";
import { shortAsk } from "./built-in.ts";
import { outcomeText, replyOf, expectationRule, policyRule } from "./rules.ts";
import type { Check } from "./scenario.ts";
import { longestNonce, noQuestion, seenIn, type Step, stepwise } from "./steps.ts";

const unavailable = injectedReply(
  "503",
  503,
  {},
  '{"error":{"message":"injected","type":"injected","code":"overloaded"}}',
);
const refused = injectedReply(
  "400",
  400,
  {},
  '{"error":{"message":"injected","type":"injected","code":"invalid_value"}}',
);

/**
 * A fallback is for a target in trouble. A request that was refused for what it says would be refused, or billed,
 * elsewhere as well.
 */
export function isReasonToFallBack({ outcome }: Observation): boolean {
  return outcome.kind === "fault" ? true : outcome.status >= 500 || outcome.status === 429 || outcome.status === 408;
}

/** The one further request of a fallback that asks another target; the others ask nobody. */
function secondary(primary: string): Step["call"] {
  return ({ target, nonce }, done) => {
    const seen = seenIn(done, primary);
    const fallback = target.audit?.fallback;
    if (seen === undefined || !isReasonToFallBack(seen) || fallback?.kind !== "secondary") return undefined;
    return { ask: shortAsk(false)(nonce), credential: "configured", target: fallback.target };
  };
}

const failing = (name: string, inject: typeof refused): Step => ({
  name,
  isLocal: true,
  call: ({ target }) =>
    target.audit?.fallback === undefined ? undefined : { ask: noQuestion, credential: "none", inject },
});

export const fallback = stepwise({
  name: "fallback",
  summary: "makes the target fail and checks that the configured fallback happens once and is recorded",
  polarity: "negative",
  steps: [
    failing("refused primary", refused),
    { name: "secondary after refusal", isLocal: true, call: secondary("refused primary") },
    failing("failed primary", unavailable),
    { name: "secondary", bound: shortAsk(false)(longestNonce), call: secondary("failed primary") },
  ],
  checks: (done, target) => {
    const configured = target.audit?.fallback;
    const primary = seenIn(done, "failed primary");
    return configured === undefined || primary === undefined ? [] : taken(configured, primary, done, target);
  },
});

function taken(configured: Fallback, primary: Observation, done: readonly Observation[], target: Target): Check[] {
  const second = seenIn(done, "secondary");
  const others = done.filter(({ via }) => via !== undefined);
  const answered = replyOf(second)?.text.class !== "empty" && replyOf(second)?.status === 200;
  const isServed = configured.kind === "secondary" ? answered : true;
  return [
    policyRule(
      "fallback taken once",
      others.length === (configured.kind === "secondary" ? 1 : 0),
      configured.kind === "secondary" ? "one request elsewhere" : "no request elsewhere",
      `${others.length} ${others.length === 1 ? "request" : "requests"} elsewhere`,
    ),
    policyRule(
      "no fallback for a refused request",
      seenIn(done, "secondary after refusal") === undefined,
      "the refusal is the answer",
      outcomeText(seenIn(done, "refused primary")),
    ),
    policyRule(
      "failure behind the fallback is recorded",
      isReasonToFallBack(primary) && replyOf(primary)?.status !== 200,
      "the primary's failure on record",
      `${target.name}: ${outcomeText(primary)} after ${primary.attempts} attempts`,
    ),
    expectationRule("user is served", isServed, outcomes[configured.kind], userSees(configured, second)),
  ];
}

/** What the user is to get, and what it costs. */
const outcomes: Readonly<Record<Fallback["kind"], string>> = {
  secondary: "an answer of the secondary target, billed there",
  "cached-answer": "an earlier answer, no cost",
  "static-answer": "a shorter fixed answer, no cost",
  "retry-later": "asked to try again later, no cost",
  human: "handed over to a person, no API cost",
};

function userSees(configured: Fallback, second: Observation | undefined): string {
  switch (configured.kind) {
    case "secondary":
      return `${configured.target.name} (${configured.target.model}): ${outcomeText(second)}, billed there`;
    case "cached-answer":
    case "static-answer":
      return `${configured.kind.replace("-", " ")} of ${configured.text.length} characters, nothing billed`;
    case "retry-later":
      return "asked to try again later, nothing billed";
    case "human":
      return "handed over to a person, nothing billed";
    default:
      return configured satisfies never;
  }
}
