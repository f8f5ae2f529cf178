import type { Tokenizer } from "../probe/tokenizer.ts";
import { shortHash } from "../std/hash.ts";
import type { CountTokens } from "../protocol/protocol.ts";

type Counter = (text: string, options: typeof asPlainText) => number;

/** A prompt that spells out a vocabulary's special tokens means their letters. */
const asPlainText = { disallowedSpecial: new Set<string>() };

const mostRemembered = 1000;

const vocabularies: Readonly<Record<Tokenizer, () => Promise<{ readonly countTokens: Counter }>>> = {
  o200k_base: () => import("gpt-tokenizer/encoding/o200k_base"),
  cl100k_base: () => import("gpt-tokenizer/encoding/cl100k_base"),
};

export interface TokenCounter {
  readonly count: CountTokens;
  /** When the vocabularies that are needed have been read: before that nothing is counted. */
  readonly ready: Promise<void>;
}

/**
 * Reads the vocabularies that are needed and no others: each takes half a second once, and 40 to 70 MB. A text is counted
 * once and remembered by its hash. Of texts that differ in digits only, as prompts with a nonce do, the first is counted:
 * both vocabularies cut numbers into threes and have a token for each of those.
 */
export function createTokenCounter(needed: Iterable<Tokenizer>): TokenCounter {
  const counters = new Map<Tokenizer, (text: string) => number>();
  const remembered = new Map<string, number>();
  const read = async (tokenizer: Tokenizer): Promise<void> => {
    const { countTokens } = await vocabularies[tokenizer]();
    counters.set(tokenizer, (text) => countTokens(text, asPlainText));
  };
  return {
    count(tokenizer, text) {
      const counter = counters.get(tokenizer);
      if (counter === undefined) return undefined;
      const plain = text.replaceAll(/[0-9]/g, "0");
      const key = shortHash(`${tokenizer} ${plain}`, 32);
      const known = remembered.get(key);
      if (known !== undefined) return known;
      if (remembered.size >= mostRemembered) remembered.clear();
      const tokens = counter(plain);
      remembered.set(key, tokens);
      return tokens;
    },
    ready: Promise.all([...new Set(needed)].map(read)).then(() => undefined),
  };
}
