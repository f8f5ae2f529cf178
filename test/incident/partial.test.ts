import { describe, expect, test } from "vitest";
import type { Incident } from "../../src/incident/incident.ts";
import { isStillSuspected, isTooOften, mayGoOn, mayHaveEnded } from "../../src/incident/partial.ts";
import { reduce } from "../../src/incident/reduce.ts";
import type { Ruling } from "../../src/judgement/judgement.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { probe } from "../probe/samples.ts";

const kind = "expectation" as const;

/** Runs until bad ones are too many for chance, by this rule alone; undefined: not within `most`. */
function runsUntilOften(share: number, seed: number, most: number): number | undefined {
  const random = seededRandom(seed);
  let [badRuns, judgedRuns] = [0, 0];
  for (let run = 1; run <= most; run += 1) {
    const isBad = random() < share;
    if (badRuns > 0 || isBad) [badRuns, judgedRuns] = [badRuns + (isBad ? 1 : 0), judgedRuns + 1];
    if (isTooOften({ kind, badRuns, judgedRuns })) return run;
    if (!isStillSuspected({ kind, badRuns, judgedRuns })) [badRuns, judgedRuns] = [0, 0];
  }
  return undefined;
}

describe("a part of the runs is bad", () => {
  test.each([
    [0.1, 170],
    [0.2, 60],
    [0.5, 20],
  ])("%d of them: found within %d runs in the middle", (share, most) => {
    const found = Array.from({ length: 41 }, (_, seed) => runsUntilOften(share, seed, 5000) ?? Infinity);
    expect(found.toSorted((a, b) => a - b)[20]).toBeLessThan(most);
  });

  test.each([0.002, 0.01, 0.015])("%d of them is usual for providers", (share) => {
    const found = Array.from({ length: 5 }, (_, seed) => runsUntilOften(share, seed + 100, 50_000));
    expect(found.filter((it) => it !== undefined)).toEqual([]);
  });

  test("kinds that compare with a baseline count for themselves", () => {
    expect(isTooOften({ kind: "contract", badRuns: 50, judgedRuns: 60 })).toBe(false);
    expect(isTooOften({ kind, badRuns: 50, judgedRuns: 60 })).toBe(true);
  });
});

test("errors in a tenth of the runs are one incident while they last: at most 5 of 100 end within 240 runs", () => {
  const subject = { kind, series: "s", label: "expectations" } as const;
  const finding = { kind, severity: "breaking", subject: "status", expected: "200", observed: "500" } as const;
  const of = 200;
  let ended = 0;
  for (let seed = 0; seed < of; seed += 1) {
    const random = seededRandom(70_000 + seed);
    let incident: Incident | undefined;
    for (let run = 1; run <= 240 && incident?.state !== "resolved"; run += 1) {
      const slotMs = run * 60_000;
      const ruling: Ruling =
        random() < 0.1 ? { subject, outcome: "bad", findings: [finding] } : { subject, outcome: "good" };
      const context = { probe, slotMs, nowMs: slotMs, evidence: { runId: "r" }, lastGoodSlotMs: undefined };
      const next = reduce(incident, ruling, context);
      incident = next.incident?.episode === 0 && next.incident.state === "resolved" ? undefined : next.incident;
    }
    if (incident?.state === "resolved") ended += 1;
  }
  expect(ended / of).toBeLessThanOrEqual(0.05);
});

test("what was in all runs ends soon, and is asked again; what comes and goes needs a longer row of good runs", () => {
  const ends = (badRuns: number, between: number): number => {
    for (let goodInARow = 2; ; goodInARow += 1) {
      const counts = { kind, badRuns, judgedRuns: badRuns + between + goodInARow, goodInARow };
      expect(mayHaveEnded({ ...counts, state: "open" } as Incident)).toBe(between === 0 && mayGoOn(counts));
      if (!mayGoOn(counts)) return goodInARow;
    }
  };
  expect([ends(2, 0), ends(3, 0), ends(12, 0)]).toEqual([17, 5, 2]);
  expect([ends(3, 1), ends(4, 6), ends(10, 30), ends(20, 150)]).toEqual([22, 52, 63, 129]);
});
