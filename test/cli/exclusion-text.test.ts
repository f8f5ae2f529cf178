import { expect, test } from "vitest";
import { exclusionText } from "../../src/cli/incidents.ts";

const fromMs = Date.UTC(2026, 10, 23, 9);
const done = { fromMs, toMs: fromMs + 360_000, series: ["a", "b"] } as const;

test("an exclusion says what it took out, what was learned again, what stays, and that it is not over", () => {
  const bare = exclusionText({ ...done, learnedAgain: [], stillCounted: [], isOpen: false });
  expect(bare).toBe("2 series no longer learn from 2026-11-23T09:00:00Z to 2026-11-23T09:06:00Z\n");
  const whole = exclusionText({
    ...done,
    learnedAgain: ["a"],
    stillCounted: ["error rate", "prompt tokens"],
    isOpen: true,
  });
  expect(whole.split("\n")).toEqual([
    `${bare.trimEnd()}; the baselines of 1 of them were learned again without it`,
    "these still count its runs: error rate, prompt tokens",
    "the incident is not over: exclude it again when it is, to exclude the rest",
    "",
  ]);
});
