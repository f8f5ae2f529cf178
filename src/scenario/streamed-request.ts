import { knownFinishReasons, maxTokens, shortAsk, singleCall } from "./built-in.ts";
import { replyOf, usageCoherent, usageCounted, expectationRule } from "./rules.ts";

const usageChunk = {
  absent: "no chunk has it",
  null: "null in every chunk",
  once: "one chunk has it",
  "every-chunk": "the same in several chunks",
  cumulative: "growing in several chunks: the last counts, a sum would be wrong",
} as const;

export const streamedRequest = singleCall({
  name: "streamed-request",
  summary: "the same question, answered as a stream that must end properly",
  polarity: "positive",
  ask: shortAsk(true),
  expectations: [
    { kind: "status", oneOf: [200] },
    { kind: "stream-complete" },
    { kind: "finish-reason", oneOf: knownFinishReasons },
    { kind: "usage-present" },
    { kind: "answer" },
    { kind: "within-cap", maxTokens },
  ],
  checks(done) {
    const reply = replyOf(done.at(-1));
    if (reply?.streamUsage === undefined) return [];
    const { streamUsage: style, usage } = reply;
    const isThere = style !== "absent" && style !== "null";
    return [
      expectationRule("usage chunk", isThere ? true : undefined, usageChunk.once, usageChunk[style]),
      ...usageCoherent(usage),
      ...usageCounted(reply),
    ];
  },
});
