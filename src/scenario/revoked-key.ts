import { shortAsk } from "./built-in.ts";
import { notRetried, replyOf, outcomeText, policyRule } from "./rules.ts";
import { longestNonce, stepwise } from "./steps.ts";

/** Only where a withdrawn key is configured; otherwise there is nothing to ask. */
export const revokedKey = stepwise({
  name: "revoked-key",
  summary: "a revoked key must not yield a completion",
  polarity: "negative",
  steps: [
    {
      name: "revoked-key",
      bound: shortAsk(false)(longestNonce),
      call({ target, nonce }) {
        const key = target.audit?.revokedKey;
        return key === undefined ? undefined : { ask: shortAsk(false)(nonce), credential: key };
      },
    },
  ],
  checks(done) {
    const [seen] = done;
    const reply = replyOf(seen);
    if (seen === undefined || reply === undefined) return [];
    const isRefused = reply.text.class === "empty" && reply.finishReasons.length === 0;
    return [policyRule("no completion", isRefused, "refused", outcomeText(seen)), ...notRetried(done)];
  },
});
