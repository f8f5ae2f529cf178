import type { BodyEdit, Malformations } from "../protocol/protocol.ts";
import type { Observation } from "../observation/observation.ts";
import type { Ask, Expectation } from "../probe/probe.ts";
import type { Target } from "../probe/target.ts";
import type { JsonObject } from "../std/json.ts";
import { withNonce } from "./nonce.ts";
import type { Call, Scenario } from "./scenario.ts";

/** The most that the built-in question lets a model say. */
export const maxTokens = 48;
const question = "Reply with the single word: plumb";

/** Anthropic's models add about 350 to explain tools, older ones 530. */
const toolTokens = 600;

/** Bytes are never fewer than tokens; the framing of each message costs a few more. */
export function promptTokenEstimate({ messages, extra }: Ask): number {
  const { tools, functions, response_format: format } = extra;
  const added = [tools, functions, format].filter((it) => it !== undefined);
  const explained = added.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(added)) + toolTokens;
  return Buffer.byteLength(JSON.stringify(messages)) + 8 * messages.length + 32 + explained;
}

interface SingleCall extends Pick<Malformations, "corrupt" | "path"> {
  readonly name: string;
  readonly summary: string;
  readonly polarity: Scenario["polarity"];
  readonly ask: (nonce: string | undefined) => Ask;
  readonly expectations: readonly Expectation[];
  readonly credential?: Call["credential"];
  readonly checks?: Scenario["checks"] | undefined;
  readonly mutate?: ((target: Target) => BodyEdit) | undefined;
  /** What is too grave for one observation and too urgent for the next slot: asked once more at once. */
  readonly recheck?: ((seen: Observation) => boolean) | undefined;
}

/** A scenario of one call, or of the same call twice where the first answer needs confirming: what most are. */
export function singleCall(spec: SingleCall): Scenario {
  const { name, summary, polarity, ask, expectations, credential = "configured", recheck, checks } = spec;
  const { mutate, corrupt, path } = spec;
  const sample = ask("0".repeat(12));
  const maxCalls = recheck === undefined ? 1 : 2;
  return {
    name,
    summary,
    polarity,
    expectations,
    checks,
    maxCalls,
    maxPromptTokens: maxCalls * promptTokenEstimate(sample),
    maxOutputTokens: maxCalls * sample.maxTokens,
    nextCall([first, ...others], { nonce, target }) {
      const isWanted = first === undefined || (others.length === 0 && recheck?.(first) === true);
      return isWanted ? { name, ask: ask(nonce), credential, mutate: mutate?.(target), corrupt, path } : undefined;
    },
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

/** A completion where there must be none: too grave to be reported without asking once more. */
export function looksAnswered({ outcome }: Observation): boolean {
  return outcome.kind === "reply" && (outcome.text.class !== "empty" || outcome.finishReasons.length > 0);
}
