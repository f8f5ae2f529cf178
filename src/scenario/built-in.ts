import type { Ask, Expectation } from "../probe/probe.ts";
import type { JsonObject } from "../std/json.ts";
import { withNonce } from "./nonce.ts";
import type { Call, Scenario } from "./scenario.ts";

const maxTokens = 48;
const question = "Reply with the single word: plumb";

/** Bytes are never fewer than tokens; the framing of each message costs a few more. */
export function promptTokenEstimate(ask: Ask): number {
  return Buffer.byteLength(JSON.stringify(ask.messages)) + 8 * ask.messages.length + 32;
}

interface SingleCall {
  readonly name: string;
  readonly summary: string;
  readonly polarity: Scenario["polarity"];
  readonly ask: (nonce: string | undefined) => Ask;
  readonly expectations: readonly Expectation[];
  readonly credential?: Call["credential"];
  readonly alter?: Call["alter"];
}

/** A scenario of one call: what most are. */
export function singleCall(spec: SingleCall): Scenario {
  const { name, summary, polarity, ask, expectations, credential = "configured", alter } = spec;
  const sample = ask("0".repeat(12));
  return {
    name,
    summary,
    polarity,
    expectations,
    maxCalls: 1,
    maxPromptTokens: promptTokenEstimate(sample),
    maxOutputTokens: sample.maxTokens,
    nextCall: (done, { nonce }) => (done.length > 0 ? undefined : { name, ask: ask(nonce), credential, alter }),
  };
}

/** The one short question that the built-in scenarios ask. */
export function shortAsk(stream: boolean): (nonce: string | undefined) => Ask {
  return (nonce) => {
    const message: JsonObject = { role: "user", content: withNonce(question, nonce) };
    return { messages: [message], maxTokens, stream, extra: {} };
  };
}

export const knownFinishReasons = ["stop", "length"] as const;
