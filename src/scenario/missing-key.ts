import { looksAnswered, shortAsk, singleCall } from "./built-in.ts";
import { notRetried } from "./rules.ts";

/** How it is refused is learned per target; that it is refused is policy. */
export const missingKey = singleCall({
  name: "missing-key",
  summary: "no key at all must not yield a completion",
  polarity: "negative",
  ask: shortAsk(false),
  credential: "none",
  expectations: [{ kind: "no-completion" }],
  checks: notRetried,
  recheck: looksAnswered,
});
