import { expect, test } from "vitest";
import { costOf } from "../../src/observation/cost.ts";

const price = { inputPerMillion: 1_000_000, cachedInputPerMillion: 100_000, outputPerMillion: 2_000_000 };

test.each([
  ["prompt and completion", { promptTokens: 100, completionTokens: 10 }, 120],
  [
    "cached tokens within the prompt",
    { promptTokens: 100, completionTokens: 10, totalTokens: 110, cachedTokens: 40 },
    84,
  ],
  ["cached tokens beside it", { promptTokens: 100, completionTokens: 10, totalTokens: 150, cachedTokens: 40 }, 124],
  [
    "reasoning within the completion",
    { promptTokens: 100, completionTokens: 10, totalTokens: 110, reasoningTokens: 8 },
    120,
  ],
  ["reasoning beside it", { promptTokens: 100, completionTokens: 10, totalTokens: 118, reasoningTokens: 8 }, 136],
  [
    "both beside",
    { promptTokens: 100, completionTokens: 10, totalTokens: 158, cachedTokens: 40, reasoningTokens: 8 },
    140,
  ],
  ["a total that nothing explains", { promptTokens: 100, completionTokens: 10, totalTokens: 7, cachedTokens: 40 }, 84],
  ["more cached than prompt, and no total", { promptTokens: 10, completionTokens: 10, cachedTokens: 40 }, 21],
])("%s", (_, usage, microUsd) => expect(costOf(usage, price)).toBe(microUsd));

test("what is unknown costs an unknown amount, never nothing", () => {
  expect(costOf(undefined, price)).toBeUndefined();
  expect(costOf({ promptTokens: 1 }, price)).toBeUndefined();
  expect(costOf({ promptTokens: 1, completionTokens: 1 }, undefined)).toBeUndefined();
});
