import { describe, expect, test } from "vitest";
import type { Usage } from "../../src/probe/usage.ts";
import { usageCoherent } from "../../src/scenario/rules.ts";

const judged = (usage: Usage) =>
  Object.fromEntries(
    usageCoherent(usage).map(({ subject, outcome, observed }) => [subject, `${outcome}: ${observed}`]),
  );

describe("usage adds up, by whichever convention", () => {
  test("parts among the tokens they are part of", () => {
    expect(
      judged({ promptTokens: 100, cachedTokens: 64, completionTokens: 60, reasoningTokens: 40, totalTokens: 160 }),
    ).toEqual({
      "total tokens": "held: 100 + 60 = 160",
      "cached tokens": "held: 64, part of 100",
      "reasoning tokens": "held: 40, part of 60",
    });
  });

  test("reasoning beside the completion's tokens", () => {
    expect(judged({ promptTokens: 10, completionTokens: 20, reasoningTokens: 90, totalTokens: 120 })).toEqual({
      "total tokens": "held: 10 + 20 + 90 reasoning = 120",
      "reasoning tokens": "held: 90 in addition to 20",
    });
  });

  test("cached beside the prompt's tokens, alone and with reasoning", () => {
    const apart = { promptTokens: 36, cachedTokens: 64, completionTokens: 20 };
    expect(judged({ ...apart, totalTokens: 120 })).toEqual({
      "total tokens": "held: 36 + 20 + 64 cached = 120",
      "cached tokens": "held: 64 in addition to 36",
    });
    expect(judged({ ...apart, reasoningTokens: 90, totalTokens: 210 })).toMatchObject({
      "total tokens": "held: 36 + 20 + 90 reasoning + 64 cached = 210",
      "reasoning tokens": "held: 90 in addition to 20",
    });
  });

  test("no convention makes a part larger than all, or a sum of what does not add up", () => {
    expect(judged({ promptTokens: 36, cachedTokens: 64, completionTokens: 20, totalTokens: 56 })).toEqual({
      "total tokens": "held: 36 + 20 = 56",
      "cached tokens": "broken: 64, more than all 36",
    });
    expect(judged({ promptTokens: 36, completionTokens: 20, totalTokens: 57 })).toEqual({
      "total tokens": "broken: 36 + 20 is not 57",
    });
  });

  test("what is not reported is unknown, not 0", () => {
    expect(judged({ promptTokens: 36, totalTokens: 36 })).toEqual({
      "total tokens": "unknown: a part is not reported",
    });
    expect(judged({ promptTokens: 36, completionTokens: 2 })).toEqual({
      "total tokens": "unknown: a part is not reported",
    });
    expect(usageCoherent(undefined)).toEqual([]);
  });
});
