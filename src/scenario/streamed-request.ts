import { knownFinishReasons, shortAsk, singleCall } from "./built-in.ts";

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
  ],
});
