import { describe, expect, test } from "vitest";
import { createTokenCounter } from "../../src/observation/gpt-tokens.ts";
import { estimatePromptTokens } from "../../src/protocol/chat/prompt-tokens.ts";
import { tokenizerOf } from "../../src/probe/tokenizer.ts";

const counter = createTokenCounter(["o200k_base", "cl100k_base"]);
await counter.ready;
const user = (content: string) => ({ role: "user", content });
const estimate = (messages: readonly { readonly [field: string]: string }[], extra = {}) =>
  estimatePromptTokens({ messages, extra }, "o200k_base", counter.count);

describe("a prompt's tokens, counted here", () => {
  test("are its texts and roles, three for each message and three for the answer", () => {
    expect(estimate([user("Hello")])).toBe(3 + 3 + 1 + 1);
    expect(estimate([{ role: "system", content: "You are terse." }, user("Reply with one word: pong")])).toBe(
      3 +
        (3 + 1 + counter.count("o200k_base", "You are terse.")!) +
        (3 + 1 + counter.count("o200k_base", "Reply with one word: pong")!),
    );
  });

  test("differ between vocabularies, and are unknown without one", () => {
    const text = "Überraschungsgäste";
    expect(counter.count("o200k_base", text)).not.toBe(counter.count("cl100k_base", text));
    expect(createTokenCounter([]).count("o200k_base", text)).toBeUndefined();
  });

  test("are the same for every nonce: of all numbers of three digits or fewer, each is one token", async () => {
    for (const vocabulary of ["o200k_base", "cl100k_base"] as const) {
      const { countTokens } = (await import(`gpt-tokenizer/encoding/${vocabulary}`)) as {
        countTokens(text: string): number;
      };
      const nonces = Array.from({ length: 1000 }, (_, index) => String(index));
      const padded = nonces.flatMap((nonce) => [nonce, nonce.padStart(2, "0"), nonce.padStart(3, "0")]);
      expect(padded.filter((nonce) => countTokens(nonce) !== 1)).toEqual([]);
      const prompt = (nonce: string) => `Reply with plumb.\nReference: ${nonce}`;
      for (const nonce of ["100000000000", "739518264903", "999999999999"]) {
        expect(counter.count(vocabulary, prompt(nonce))).toBe(countTokens(prompt(nonce)));
      }
    }
  });

  test("a vocabulary's own marks are letters", () => {
    expect(counter.count("o200k_base", "<|endoftext|>")).toBeGreaterThan(1);
  });

  test.each([
    ["pictures", [{ role: "user", content: [{ type: "text" }] as unknown as string }], {}],
    ["tools", [user("x")], { tools: [] }],
    ["a schema for the answer", [user("x")], { response_format: { type: "json_object" } }],
    ["named messages", [{ ...user("x"), name: "a" }], {}],
    ["a long prompt", [user("a word ".repeat(3_000))], {}],
    ["a word that would take long", [user(`so ${"数".repeat(500)}`)], {}],
  ])("%s are not guessed at", (_, messages, extra) => expect(estimate(messages, extra)).toBeUndefined());
});

test.each([
  ["gpt-4o-mini-2024-07-18", "o200k_base"],
  ["openai/gpt-4.1", "o200k_base"],
  ["gpt-5-mini", "o200k_base"],
  ["o3", "o200k_base"],
  ["ft:gpt-4o-mini:org::id", "o200k_base"],
  ["gpt-4-0613", "cl100k_base"],
  ["gpt-3.5-turbo", "cl100k_base"],
  ["gpt-4ofake", undefined],
  ["claude-sonnet-4", undefined],
  ["openai/gpt-oss-120b", undefined],
  ["Qwen/Qwen3-8B", undefined],
])("%s counts in %s", (model, tokenizer) => expect(tokenizerOf(model)).toBe(tokenizer));
