import { expect, test } from "vitest";
import { findingsOf } from "../../../src/judgement/output/describe-change.ts";

const cell = (same: number, n: number) => ({ n, counts: { same }, rest: n - same });

test.each([
  [20, "answers replayed", /replays earlier replies/],
  [12, "variety of answers", /lower temperature/],
] as const)("%i of 20 repeated questions answered alike: %s", (same, subject, why) => {
  const known = { regimes: [{ repeat: cell(2, 20) }] } as unknown as Parameters<typeof findingsOf>[1];
  const state = { since: { repeat: cell(same, 20) }, sinceMs: 0 } as unknown as Parameters<typeof findingsOf>[2];
  const held = { instrument: "repeats", bet: 0, odds: 5000, back: 0, runs: [] };
  const input = { memory: undefined } as unknown as Parameters<typeof findingsOf>[0];
  const [finding] = findingsOf(input, known, state, held, "risky");
  expect(finding).toMatchObject({ subject, expected: "2 of 20 repeated questions answered alike" });
  expect(finding?.why).toMatch(why);
});
