import { shortHash } from "../std/hash.ts";
import { shortAsk } from "./built-in.ts";
import { outcomeText, replyOf, expectationRule } from "./rules.ts";
import { longestNonce, seenIn, stepwise } from "./steps.ts";

const times = ["first", "again"] as const;

/** Whether the second is billed, only the provider's own figures show: see `usage-reconciliation`. */
export const idempotency = stepwise({
  name: "idempotency",
  summary: "the very same request twice under one idempotency key: one completion or two",
  polarity: "positive",
  steps: times.map((name) => ({
    name,
    bound: shortAsk(false)(longestNonce),
    call: ({ nonce, nowMs, target }) => ({
      ask: shortAsk(false)(nonce),
      credential: "configured",
      headers: { "idempotency-key": `plumbline-${shortHash(`${target.name}/${nowMs}`)}` },
    }),
  })),
  checks(done) {
    const [first, again] = times.map((name) => seenIn(done, name));
    const ids = [replyOf(first)?.replyId, replyOf(again)?.replyId];
    if (first === undefined || again === undefined) return [];
    const isOne = ids[0] === undefined || ids[1] === undefined ? undefined : ids[0] === ids[1];
    const observed =
      isOne === undefined
        ? `replies without ids (${outcomeText(first)}, ${outcomeText(again)})`
        : isOne
          ? "one completion for both"
          : "two completions: the key is ignored, a retry is a second generation";
    return [expectationRule("identical request repeated", isOne === true ? true : undefined, "known", observed)];
  },
});
