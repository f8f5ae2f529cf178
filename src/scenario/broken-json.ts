import { shortAsk, singleCall } from "./built-in.ts";
import { notRetried } from "./rules.ts";

export const brokenJson = singleCall({
  name: "broken-json",
  summary: "a body that ends in the middle of its JSON",
  polarity: "negative",
  ask: shortAsk(false),
  corrupt: (text) => text.slice(0, Math.floor(text.length / 2)),
  expectations: [],
  checks: notRetried,
});
