import { shortAsk, singleCall } from "./built-in.ts";
import { notRetried } from "./rules.ts";

/** JSON, HTML or a redirect, which is never followed. */
export const wrongPath = singleCall({
  name: "wrong-path",
  summary: "a path that does not exist: what an address typed wrong looks like",
  polarity: "negative",
  ask: shortAsk(false),
  path: "/plumbline-no-such-path",
  expectations: [],
  checks: notRetried,
});
