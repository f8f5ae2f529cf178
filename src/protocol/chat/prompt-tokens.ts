import type { Ask } from "../../probe/probe.ts";
import type { Tokenizer } from "../../probe/tokenizer.ts";
import type { CountTokens } from "../protocol.ts";

/** Each message is framed, and the answer is begun: https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken */
const perMessage = 3;
const perPrompt = 3;
/** A longer prompt takes longer to count than a probe may keep others waiting. */
const longestText = 16_384;
/** The time for one word grows with the square of its length: 2 s for one of 16,384 letters. */
const longestWord = 500;
const words = /[\p{L}\p{M}]+|\s+|[^\p{L}\p{M}\s]+/gu;

/**
 * About how many tokens a prompt has. undefined: it is not made of plain texts alone, or too long, or its vocabulary is
 * not known. What a provider adds to it, of its own accord or for tools, is not in it.
 */
export function estimatePromptTokens(
  { messages, extra }: Pick<Ask, "messages" | "extra">,
  tokenizer: Tokenizer,
  count: CountTokens,
): number | undefined {
  if (extra["tools"] !== undefined || extra["functions"] !== undefined) return undefined;
  if (extra["response_format"] !== undefined) return undefined;
  let tokens = perPrompt;
  let length = 0;
  for (const { role, content, ...others } of messages) {
    if (typeof role !== "string" || typeof content !== "string" || Object.keys(others).length > 0) return undefined;
    length += content.length;
    if (length > longestText || hasLongWord(content)) return undefined;
    const own = count(tokenizer, content);
    const named = count(tokenizer, role);
    if (own === undefined || named === undefined) return undefined;
    tokens += perMessage + named + own;
  }
  return tokens;
}

/** Piece by piece: a pattern of 500 equal parts begins anew at each letter. */
function hasLongWord(text: string): boolean {
  return text.match(words)?.some(({ length }) => length >= longestWord) === true;
}
