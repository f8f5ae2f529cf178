import { expect, test } from "vitest";
import type { SpendCap } from "../../src/probe/target.ts";
import { createUnstoredRuns } from "../../src/run/unstored-runs.ts";
import { claimOf } from "../store/samples.ts";

const cap: SpendCap = { scope: "all", span: "day", requests: 3 };
const claim = (runId: string, requests: number) => {
  const request = claimOf("valid@eu", 1_000);
  return { ...request, runId, reserve: { ...request.reserve, requests, caps: [cap] } };
};
const finished = (runId: string, requests: number) => {
  const slot = claimOf("valid@eu", 1_000);
  return { ...slot, runId, endedAtMs: 2_000, observations: [], ledger: [], spent: { requests } };
};
const decision = {
  verdict: "ok",
  findings: [],
  unjudged: [],
  series: [],
  incidents: [],
  transitions: [],
  outbox: [],
} as const;

test("runs that are not stored pass no spend cap together, and give back what they did not use", async () => {
  const runs = createUnstoredRuns();
  expect(await runs.claim(claim("a", 2))).toEqual({ kind: "claimed" });
  expect(await runs.claim(claim("b", 2))).toEqual({ kind: "skipped", reason: "spend-cap" });
  expect(await runs.commit(finished("a", 1), () => decision)).toBe(decision);
  expect(await runs.claim(claim("c", 2))).toEqual({ kind: "claimed" });
  expect(await runs.claim(claim("d", 1))).toEqual({ kind: "skipped", reason: "spend-cap" });
});

test("a run that was not claimed, or has ended, is not judged", async () => {
  const runs = createUnstoredRuns();
  expect(await runs.commit(finished("a", 1), () => decision)).toBeUndefined();
});
