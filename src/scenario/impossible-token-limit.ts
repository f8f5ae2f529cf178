import { shortAsk, singleCall } from "./built-in.ts";
import { notRetried } from "./rules.ts";

const limits = ["max_tokens", "max_completion_tokens"];

export const impossibleTokenLimit = singleCall({
  name: "impossible-token-limit",
  summary: "an output limit below zero",
  polarity: "negative",
  ask: shortAsk(false),
  mutate: (body) =>
    Object.fromEntries(Object.entries(body).map(([field, value]) => [field, limits.includes(field) ? -1 : value])),
  expectations: [],
  checks: notRetried,
});
