import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keepableId } from "../../src/observation/foreign-id.ts";
import { oddSecrets, spellingsOf } from "../std/secret-spellings.ts";

describe("ids of forms that providers are known to make stay", () => {
  test.each([
    ["OpenAI", "req_0f3d9c1a7b2e4d6f8a9b0c1d2e3f4a5b"],
    ["OpenAI", "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT"],
    ["Anthropic", "req_011CSHoEeqs5C35K2UUqR7Fy"],
    ["Azure, LiteLLM", "7d2c9a40-1f3b-4e8d-9c55-0b6a8e21f4d7"],
    ["vLLM", "chatcmpl-7d2c9a401f3b4e8d9c550b6a8e21f4d7"],
    ["LiteLLM", "chatcmpl-7d2c9a40-1f3b-4e8d-9c55-0b6a8e21f4d7"],
    ["OpenRouter", "gen-1764000000-Ab3dEf6hIj9kLm2nOp5q"],
    ["CometAPI", "20261123021459123456789AbCdEfGh"],
    ["Groq", "req_01jbd6g2qdfw2adyrt2az8hz4w"],
    ["Ollama", "chatcmpl-318"],
    ["a short one", "req-1"],
  ])("%s: %s", (_provider, id) => {
    expect(keepableId(id)).toBe(id);
  });
});

test("an id that may carry anything is kept as a hash, the same for the same id", () => {
  const id = "req_mlkjihgf-edcba-zyxwv-utsrq";
  expect(keepableId(id)).toMatch(/^sha256:[0-9a-f]{16}$/);
  expect(keepableId(id)).toBe(keepableId(id));
  expect(keepableId(`${id}x`)).not.toBe(keepableId(id));
});

const rot13 = (text: string): string =>
  text.replace(/[a-z]/gi, (it) => String.fromCharCode(it.charCodeAt(0) + (it.toLowerCase() < "n" ? 13 : -13)));
const strange: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.split("").toReversed().join(""),
  rot13,
  (text) => rot13(text.split("").toReversed().join("")),
  (text) =>
    text
      .split("")
      .filter((_, at) => at % 2 === 0)
      .join("") +
    text
      .split("")
      .filter((_, at) => at % 2 === 1)
      .join(""),
  (text) => text.split("").join("-"),
  (text) => text.split("").join("."),
  (text) => Buffer.from(rot13(text)).toString("base64url"),
];

/** Long enough to be a key, of no length that a known form has, and not all digits or hex. */
const key = fc
  .stringMatching(/^[A-Za-z0-9_-]{33,60}$/)
  .filter((text) => /[g-z]/i.test(text.slice(0, 20)) && /[g-z]/i.test(text.slice(20)) && !/^\d/.test(text));

test("property: no spelling of a key passes, whatever stands before it", () => {
  fc.assert(
    fc.property(
      key,
      fc.constantFrom(...strange),
      fc.constantFrom("", "req_", "chatcmpl-", "gen-"),
      (text, spell, start) => {
        const id = `${start}${spell(text)}`;
        fc.pre(!/^(?:[a-z]{2,12}[-_])?\d/.test(id));
        expect(keepableId(id)).toMatch(/^sha256:/);
      },
    ),
  );
});

test("no spelling of the odd secrets passes but those that redaction finds: hex, UUIDs and digits", () => {
  const kept = Object.values(oddSecrets)
    .flatMap((secret) => Object.values(spellingsOf(secret)))
    .filter((text) => keepableId(text) === text && text.length > 11);
  expect(kept.filter((text) => !/^[0-9a-f-]+$/i.test(text))).toEqual([]);
});
