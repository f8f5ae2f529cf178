import { isCapSpent } from "../observation/error-facts.ts";
import type { Observation } from "../observation/observation.ts";
import { outcomeText, replyOf, expectationRule } from "./rules.ts";
import type { Check } from "./scenario.ts";
import { askOf, longestNonce, seenIn, stepwise } from "./steps.ts";

const maxTokens = 16;
/** Asks for far more than it allows. */
const longAsk = askOf("Count from one to one hundred in words.", maxTokens);

const fields = ["max_tokens", "max_completion_tokens"] as const;
type Field = (typeof fields)[number];

/** The field that the target is configured with comes last: the fixed rules are about that one. */
export const tokenBudget = stepwise({
  name: "token-budget",
  summary: "a strict output cap holds and the reply says that it was cut; finds out which field the target honors",
  polarity: "positive",
  steps: [
    {
      name: "other-field",
      bound: longAsk(longestNonce),
      call: ({ nonce, target }) => ({
        ask: longAsk(nonce),
        credential: "configured",
        isAuxiliary: true,
        mutate: (body) => renamed(body, target.maxTokensField, otherField(target.maxTokensField)),
      }),
    },
    {
      name: "token-budget",
      bound: longAsk(longestNonce),
      call: ({ nonce }) => ({ ask: longAsk(nonce), credential: "configured" }),
    },
  ],
  expectations: [{ kind: "status", oneOf: [200] }, { kind: "usage-present" }, { kind: "within-cap", maxTokens }],
  checks: (done, { maxTokensField: field }) => [
    ...fieldCheck(field, seenIn(done, "token-budget"), true),
    ...fieldCheck(otherField(field), seenIn(done, "other-field"), false),
  ],
});

function otherField(field: Field): Field {
  return field === "max_tokens" ? "max_completion_tokens" : "max_tokens";
}

function renamed<Body extends { [field: string]: unknown }>(body: Body, from: string, to: string): Body {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name === from ? to : name, value])) as Body;
}

/** What became of the cap by this name. */
type CapOutcome =
  | "honoured"
  | "honoured, nothing but reasoning"
  | "honoured, spent before an answer"
  | "rejected"
  | "ignored"
  | "not reached"
  | "unknown";

function capOutcome(seen: Observation): CapOutcome {
  const reply = replyOf(seen);
  if (reply === undefined || reply.status >= 500) return "unknown";
  if (reply.error !== undefined && isCapSpent(reply.error)) return "honoured, spent before an answer";
  if (reply.status >= 400) return "rejected";
  const used = reply.usage?.completionTokens;
  if (used !== undefined && used > maxTokens) return "ignored";
  if (reply.finishReasons.includes("length")) {
    return reply.text.class === "empty" ? "honoured, nothing but reasoning" : "honoured";
  }
  return used === undefined ? "unknown" : "not reached";
}

/** Of the field that is not in use anything may be true; it is reported so that nobody relies on it. */
function fieldCheck(field: Field, seen: Observation | undefined, isInUse: boolean): Check[] {
  if (seen === undefined) return [];
  const outcome = capOutcome(seen);
  const isFine = outcome === "unknown" ? undefined : outcome !== "rejected" && outcome !== "ignored";
  const used = replyOf(seen)?.usage?.completionTokens;
  const observed = `${outcome} (${outcomeText(seen)}, ${used ?? "unknown"} of ${maxTokens} tokens)`;
  return [
    expectationRule(
      field,
      isInUse || isFine === undefined ? isFine : true,
      isInUse ? "not exceeded" : "known",
      observed,
    ),
  ];
}
