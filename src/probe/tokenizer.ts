/** Published vocabularies in which a provider may count tokens. */
export const tokenizers = ["o200k_base", "cl100k_base"] as const;
export type Tokenizer = (typeof tokenizers)[number];

/**
 * What OpenAI has published about its models, by the start of their names; resellers put their own name in front.
 * gpt-oss is not among them: its template has a prompt of its own, and every server writes it differently.
 */
const models: readonly (readonly [RegExp, Tokenizer])[] = [
  [/^(?:chatgpt-4o|gpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|o1|o3|o4)(?:$|[-.:])/, "o200k_base"],
  [/^(?:gpt-4|gpt-3\.5-turbo|gpt-35-turbo)(?:$|[-.:])/, "cl100k_base"],
];

/** undefined: unknown. */
export function tokenizerOf(model: string): Tokenizer | undefined {
  const name = model
    .slice(model.lastIndexOf("/") + 1)
    .toLowerCase()
    .replace(/^ft:/, "");
  return models.find(([pattern]) => pattern.test(name))?.[1];
}
