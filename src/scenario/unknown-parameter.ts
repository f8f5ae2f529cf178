import { shortAsk, singleCall } from "./built-in.ts";
import { notRetried } from "./rules.ts";

/** Refused by some, ignored by others: what this target does is learned, so that a change of it is noticed. */
export const unknownParameter = singleCall({
  name: "unknown-parameter",
  summary: "a request field that nobody knows",
  polarity: "negative",
  ask: shortAsk(false),
  mutate: (body) => ({ ...body, plumbline_unknown_parameter: true }),
  expectations: [],
  checks: notRetried,
});
