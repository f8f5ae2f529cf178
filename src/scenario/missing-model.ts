import { shortAsk, singleCall } from "./built-in.ts";
import { notRetried } from "./rules.ts";

/** Some servers refuse it, some serve their only model: what this target does is learned. */
export const missingModel = singleCall({
  name: "missing-model",
  summary: "a request without a model: how a validation error looks",
  polarity: "negative",
  ask: shortAsk(false),
  mutate: ({ model: _model, ...rest }) => rest,
  expectations: [],
  checks: notRetried,
});
