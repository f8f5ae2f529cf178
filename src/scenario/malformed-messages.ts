import { shortAsk, singleCall } from "./built-in.ts";
import { notRetried } from "./rules.ts";

export const malformedMessages = singleCall({
  name: "malformed-messages",
  summary: "messages that are a text instead of a list: how a validation error looks",
  polarity: "negative",
  ask: shortAsk(false),
  mutate: (body) => ({ ...body, messages: "plumb" }),
  expectations: [],
  checks: notRetried,
});
