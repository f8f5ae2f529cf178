import type { JsonObject } from "../std/json.ts";
import { singleCall } from "./built-in.ts";
import { withNonce } from "./nonce.ts";

const maxTokens = 16;
const question = "Count from one to one hundred in words.";

/** Asks for far more than it allows. */
export const tokenBudget = singleCall({
  name: "token-budget",
  summary: "a strict output cap holds, and the reply says that it was cut",
  polarity: "positive",
  ask(nonce) {
    const message: JsonObject = { role: "user", content: withNonce(question, nonce) };
    return { messages: [message], maxTokens, stream: false, extra: {} };
  },
  expectations: [{ kind: "status", oneOf: [200] }, { kind: "usage-present" }, { kind: "within-cap", maxTokens }],
});
