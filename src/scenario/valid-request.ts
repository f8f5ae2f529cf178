import { knownFinishReasons, maxTokens, shortAsk, singleCall } from "./built-in.ts";
import { notMasked, replyOf, usageCoherent, usageCounted } from "./rules.ts";

export const validRequest = singleCall({
  name: "valid-request",
  summary: "one short question, answered whole",
  polarity: "positive",
  ask: shortAsk(false),
  expectations: [
    { kind: "status", oneOf: [200] },
    { kind: "finish-reason", oneOf: knownFinishReasons },
    { kind: "usage-present" },
    { kind: "answer" },
    { kind: "within-cap", maxTokens },
  ],
  checks(done) {
    const reply = replyOf(done.at(-1));
    return reply === undefined ? [] : [...usageCoherent(reply.usage), ...usageCounted(reply), notMasked(reply)];
  },
});
