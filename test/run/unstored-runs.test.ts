import { expect, test } from "vitest";
import type { SpendCap } from "../../src/probe/target.ts";
import { createUnstoredRuns } from "../../src/run/unstored-runs.ts";
import type { ProbeMemory } from "../../src/run/world.ts";
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

test("a run is judged against the baseline of its series that was given, and against no other", async () => {
  const known = { aspect: "contract", label: "valid-request reply", version: 3, n: 12, learned: { a: 1 } };
  const runs = createUnstoredRuns([known, { ...known, label: "streamed-request reply" }]);
  await runs.claim(claim("a", 1));
  const series = { id: "s1", probeId: "valid@eu", aspect: "contract", label: known.label } as const;
  const memories: ProbeMemory[] = [];
  await runs.commit(finished("a", 1), (memory) => {
    memories.push(memory);
    return { ...decision, series: [{ series, state: null }] };
  });
  expect(
    memories.map((memory) => memory.series.map(({ series: own, baseline }) => [own.id, baseline?.version])),
  ).toEqual([[], [["s1", 3]]]);
});
