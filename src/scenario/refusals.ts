import { protocolOf } from "../protocol/of-target.ts";
import type { Malformations, Mistake } from "../protocol/protocol.ts";
import { looksAnswered, shortAsk, singleCall } from "./built-in.ts";
import { notRetried } from "./rules.ts";
import type { Call, Scenario } from "./scenario.ts";

interface Refusal extends Pick<Malformations, "corrupt" | "path"> {
  readonly name: string;
  readonly summary: string;
  /** What the protocol is to get wrong in the body. */
  readonly mistake?: Mistake;
  /** Without a valid key there must be no completion: that is policy, whatever status refuses it. */
  readonly credential?: Call["credential"];
}

/** Requests that are wrong on purpose, a row each. Servers differ in what they do with them: what this target does is learned. */
const table: readonly Refusal[] = [
  { name: "invalid-key", summary: "a key that cannot be valid must not yield a completion", credential: "invalid" },
  { name: "missing-key", summary: "no key at all must not yield a completion", credential: "none" },
  {
    name: "missing-model",
    summary: "a request without a model: how a validation error looks",
    mistake: "missing-model",
  },
  {
    name: "unavailable-model",
    summary: "a model that does not exist: how its error looks, and whether it looks worth a retry",
    mistake: "unavailable-model",
  },
  {
    name: "malformed-messages",
    summary: "messages that are a text instead of a list: how a validation error looks",
    mistake: "malformed-messages",
  },
  { name: "unsupported-role", summary: "a message of a role that does not exist", mistake: "unsupported-role" },
  { name: "impossible-token-limit", summary: "an output limit below zero", mistake: "impossible-token-limit" },
  { name: "unknown-parameter", summary: "a request field that nobody knows", mistake: "unknown-parameter" },
  {
    name: "broken-json",
    summary: "a body that ends in the middle of its JSON",
    corrupt: (text) => text.slice(0, Math.floor(text.length / 2)),
  },
  {
    name: "wrong-path",
    summary: "a path that does not exist: the reply to a wrong address",
    path: "/plumbline-no-such-path",
  },
];

export const refusals: readonly Scenario[] = table.map(({ mistake, ...row }) =>
  singleCall({
    ...row,
    polarity: "negative",
    ask: shortAsk(false),
    mutate: mistake && ((target) => protocolOf(target).mistakes[mistake]),
    expectations: row.credential === undefined ? [] : [{ kind: "no-completion" }],
    recheck: row.credential && looksAnswered,
    checks: notRetried,
  }),
);
