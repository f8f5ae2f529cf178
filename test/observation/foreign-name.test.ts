import fc from "fast-check";
import { expect, test } from "vitest";
import { keepableName, saysLittle } from "../../src/observation/foreign-name.ts";

test.each([
  "gpt-4o-mini-2024-07-18",
  "claude-sonnet-4-5-20250929",
  "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8",
  "Qwen/Qwen3-235B-A22B-Instruct-2507",
  "deepseek-r1-0528-qwen3-8b:free",
  "poolside-malibu-laguna",
  "insufficient_quota",
  "ResponsibleAIPolicyViolation",
  "string_above_max_length",
  "messages.0.content",
  "fp_44709d6fcb",
  "cloudflare",
  '"burst";q=100;w=60',
  "2026-11-29T15:00:00Z",
])("a name of words and numbers stays: %s", (name) => expect(keepableName(name)).toBe(name));

test.each([
  "pnanelXRL3s9n1p77q2Dm9",
  "1667329633-1920551749-1496540729",
  "w-x-c-v-7-d-9-q-2-z-k-4",
  "xjqvwz_kfghtr_plmzxc",
])("a name that may hold a key is kept as a hash: %s", (name) =>
  expect(keepableName(name)).toMatch(/^hash:[0-9a-f]{16}$/),
);

test("names stay different, and what the configuration says stays as it is", () => {
  expect(keepableName("ft:pnanelXRL3s9n1p77")).not.toBe(keepableName("ft:pnanelXRL3s9n1p78"));
  expect(keepableName("ft:pnanelXRL3s9n1p77", ["ft:pnanelXRL3s9n1p77"])).toBe("ft:pnanelXRL3s9n1p77");
});

test("property: of random keys of sixteen characters hardly one passes, however it is cut", () => {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const keys = fc.string({ minLength: 18, maxLength: 40, unit: fc.constantFrom(...letters.split("")) });
  const cuts = fc.constantFrom("", "-", "_", ".", "/");
  let passed = 0;
  fc.assert(
    fc.property(keys, cuts, fc.integer({ min: 1, max: 6 }), (key, cut, length) => {
      if (saysLittle((key.match(new RegExp(`.{1,${length}}`, "g")) ?? []).join(cut))) passed += 1;
    }),
    { numRuns: 1_000 },
  );
  expect(passed).toBeLessThan(10);
});
