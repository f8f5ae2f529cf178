import { shortAsk, singleCall } from "./built-in.ts";
import { notRetried } from "./rules.ts";

/** Servers of one model may answer all the same: what this target does is learned. */
export const unavailableModel = singleCall({
  name: "unavailable-model",
  summary: "a model that does not exist: how its error looks, and whether it looks worth a retry",
  polarity: "negative",
  ask: shortAsk(false),
  mutate: (body) => ({ ...body, model: "plumbline-no-such-model" }),
  expectations: [],
  checks: notRetried,
});
