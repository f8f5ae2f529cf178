import { expect, test } from "vitest";
import { exclusionText } from "../../src/report/series-act-text.ts";

const fromMs = Date.UTC(2026, 10, 23, 9);
const done = { kind: "done", fromMs, toMs: fromMs + 360_000, series: ["a", "b"] } as const;

test("an exclusion says what it took out, what was learned again, what stays, and that it is not over", () => {
  const bare = exclusionText({ ...done, learnedAgain: [], stillCounted: [], isOpen: false });
  expect(bare).toBe("2026-11-23T09:00:00Z to 2026-11-23T09:06:00Z is taken out of what 2 series learn from\n");
  const whole = exclusionText({
    ...done,
    learnedAgain: ["a"],
    stillCounted: ["error rate", "prompt tokens"],
    isOpen: true,
  });
  expect(whole.split("\n")).toEqual([
    `${bare.trimEnd()}; the baseline of 1 series was learned again without it`,
    "the runs of it that were counted stay in: error rate, prompt tokens",
    "it is not over: say so again when it is, and the rest is taken out as well",
    "",
  ]);
});
