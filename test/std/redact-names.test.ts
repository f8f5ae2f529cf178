import { expect, test } from "vitest";
import { createRedactor, looksLikeKey } from "../../src/std/redact.ts";

const names = ["hf", "xai-grok-4-fast", "valid-request", "sk-proxy-model", "team-sk-alpha-beta"];
const redact = createRedactor(["sk-live-4f9a1c77d20b"], names);

test.each([
  "audit-hf-valid-request@audit/2026-11-29",
  "model xai-grok-4-fast, asked as xai-grok-4-fast-0709",
  "hf-valid-request-2026",
  "team-sk-alpha-beta failed",
])("what the configuration calls things stays: %s", (text) => expect(redact(text)).toBe(text));

test.each([
  ["xai-grok-4-fast-Zk29dfQpL0", "[redacted]"],
  ["key hf_AbCdEfGhIjKlMnOp", "key [redacted]"],
  ["hf-valid-requestXYZ123", "[redacted]"],
  ["Bearer sk-live-4f9a1c77d20b", "Bearer [redacted]"],
])("what only begins like a name goes: %s", (text, expected) => expect(redact(text)).toBe(expected));

test("a secret goes even if something is called like it", () => {
  expect(createRedactor(["sk-live-4f9a1c77d20b"], ["sk-live-4f9a1c77d20b"])("at sk-live-4f9a1c77d20b")).toBe(
    "at [redacted]",
  );
});

test("many names are searched in linear time", () => {
  const many = createRedactor([], ["aa", "aaa", "aaaa", "sk"]);
  expect(many(`sk-${"a".repeat(5000)}!`)).toBe(`sk-${"a".repeat(5000)}!`);
  expect(many(`sk-${"a".repeat(5000)}B`)).toBe("[redacted]");
});

test("names that look like keys are recognised", () => {
  expect(names.filter(looksLikeKey)).toEqual(["xai-grok-4-fast", "sk-proxy-model", "team-sk-alpha-beta"]);
});
