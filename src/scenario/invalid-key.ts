import { looksAnswered, shortAsk, singleCall } from "./built-in.ts";
import { notRetried } from "./rules.ts";

/** Which status refuses it is learned per target; that it is refused is policy. */
export const invalidKey = singleCall({
  name: "invalid-key",
  summary: "a key that cannot be valid must not yield a completion",
  polarity: "negative",
  ask: shortAsk(false),
  credential: "invalid",
  expectations: [{ kind: "no-completion" }],
  checks: notRetried,
  recheck: looksAnswered,
});
