import { shortAsk, singleCall } from "./built-in.ts";
import { notRetried } from "./rules.ts";

/** Some servers take any role; what this target does is learned. */
export const unsupportedRole = singleCall({
  name: "unsupported-role",
  summary: "a message of a role that does not exist",
  polarity: "negative",
  ask: shortAsk(false),
  mutate: (body) => ({ ...body, messages: [{ role: "plumber", content: "plumb" }] }),
  expectations: [],
  checks: notRetried,
});
