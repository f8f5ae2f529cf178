import { describe, expect, test } from "vitest";
import { plan } from "../../src/schedule/plan.ts";
import type { ScheduleEntry } from "../../src/schedule/queue.ts";
import { probe as sample } from "../probe/samples.ts";

const everyMs = 60_000;
const probes = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ ...sample, id: `probe-${index}@eu`, name: `probe-${index}` }));
const offsetsById = (entries: readonly ScheduleEntry[]) => new Map(entries.map(({ id, offsetMs }) => [id, offsetMs]));

/** The most of these offsets that lie within one such time, around the end of the interval too. */
function mostWithin(offsets: readonly number[], ms: number, intervalMs: number): number {
  return Math.max(
    ...offsets.map((first) => offsets.filter((offset) => (offset - first + intervalMs) % intervalMs < ms).length),
  );
}

describe("the plan", () => {
  test("adding and removing probes moves no other, and the order does not matter", () => {
    const before = plan(probes(50));
    const known = offsetsById(before);
    const after = plan(
      [...probes(80)].toReversed().filter((_, index) => index % 3 !== 0),
      before,
    );
    const kept = after.filter(({ id }) => known.has(id));
    expect(kept.length).toBeGreaterThan(30);
    expect(kept.filter(({ id, offsetMs }) => known.get(id) !== offsetMs)).toEqual([]);
    expect(offsetsById(plan(probes(50).toReversed()))).toEqual(known);
  });

  test("a place that became free is given to the next new probe", () => {
    const before = plan(probes(10));
    const freed = before[4];
    const others = probes(10).filter(({ id }) => id !== freed?.id);
    const after = plan([...others, { ...sample, id: "new@eu" }], before);
    expect(after.find(({ id }) => id === "new@eu")?.offsetMs).toBe(freed?.offsetMs);
  });

  test.each([20, 200, 2000])("%i probes are spread evenly over the interval", (count) => {
    const offsets = plan(probes(count))
      .map(({ offsetMs }) => offsetMs)
      .toSorted((a, b) => a - b);
    expect(offsets.every((offsetMs) => offsetMs >= 0 && offsetMs < everyMs && Number.isInteger(offsetMs))).toBe(true);
    const gaps = offsets.map((offsetMs, index) => (offsets[index + 1] ?? (offsets[0] ?? 0) + everyMs) - offsetMs);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.max(100, (2 * everyMs) / count));
    const together = [...Map.groupBy(offsets, (offsetMs) => offsetMs).values()].map(({ length }) => length);
    expect(Math.max(...together)).toBeLessThanOrEqual(Math.ceil((2 * count * 100) / everyMs));
  });

  test("of 200 probes every 10 s whose replies take 150 ms at most 4 wait at once, also with others in between", () => {
    const fast = { kind: "every", everyMs: 10_000 } as const;
    const mixed = probes(400).map((probe, index) => (index % 2 === 0 ? { ...probe, cadence: fast } : probe));
    for (const entries of [plan(probes(200).map((probe) => ({ ...probe, cadence: fast }))), plan(mixed)]) {
      const offsets = entries.flatMap(({ cadence, offsetMs }) =>
        cadence.kind === "every" && cadence.everyMs === 10_000 ? [offsetMs] : [],
      );
      expect(offsets).toHaveLength(200);
      expect(mostWithin(offsets, 150, 10_000)).toBeLessThanOrEqual(4);
    }
  });

  test("the same name at two locations has two phases; cron has none; another interval is another place", () => {
    const cron = { kind: "cron", pattern: "0 3 * * *", tz: "UTC" } as const;
    const three = [
      { ...sample, id: "a@eu", location: "eu" },
      { ...sample, id: "a@us", location: "us" },
      { ...sample, id: "c@eu", location: "eu", cadence: cron },
    ];
    const entries = plan(three);
    expect(entries[0]?.offsetMs).not.toBe(entries[1]?.offsetMs);
    expect(entries[2]).toEqual({ id: "c@eu", location: "eu", cadence: cron, place: 0, offsetMs: 0 });
    const slower = plan([three[0]!, { ...three[1]!, cadence: { kind: "every", everyMs: 90_000 } }], entries);
    expect(slower.map(({ place }) => place)).toEqual([0, 0]);
  });
});
