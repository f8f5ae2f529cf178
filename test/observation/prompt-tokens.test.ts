import { describe, expect, test } from "vitest";
import { createTokenCounter } from "../../src/observation/gpt-tokens.ts";
import { estimatePromptTokens } from "../../src/observation/prompt-tokens.ts";
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

  test("a vocabulary's own marks are letters", () => {
    expect(counter.count("o200k_base", "<|endoftext|>")).toBeGreaterThan(1);
  });

  test.each([
    ["pictures", [{ role: "user", content: [{ type: "text" }] as unknown as string }], {}],
    ["tools", [user("x")], { tools: [] }],
    ["a schema for the answer", [user("x")], { response_format: { type: "json_object" } }],
    ["named messages", [{ ...user("x"), name: "a" }], {}],
    ["a long prompt", [user("a".repeat(20_000))], {}],
  ])("%s are not guessed at", (_, messages, extra) => expect(estimate(messages, extra)).toBeUndefined());
});

test.each([
  ["gpt-4o-mini-2024-07-18", "o200k_base"],
  ["openai/gpt-4.1", "o200k_base"],
  ["gpt-5-mini", "o200k_base"],
  ["o3", "o200k_base"],
  ["gpt-4-0613", "cl100k_base"],
  ["gpt-3.5-turbo", "cl100k_base"],
  ["gpt-4ofake", undefined],
  ["claude-sonnet-4", undefined],
  ["Qwen/Qwen3-8B", undefined],
])("%s counts in %s", (model, tokenizer) => expect(tokenizerOf(model)).toBe(tokenizer));
