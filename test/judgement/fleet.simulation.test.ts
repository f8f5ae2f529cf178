import { expect, test } from "vitest";
import { type Delay, delaysOf } from "../../bench/fleet/delays.ts";
import { falseMessages, type FleetSetting } from "../../bench/fleet/false-messages.ts";
import { dayMs } from "../../bench/fleet/follow.ts";

const minuteMs = 60_000;
const periodMs = 180 * dayMs;
const series = 40;
const promisesMs = [periodMs, periodMs * series];

/** A small slice of `bench/fleet.ts`, every 30 minutes. */
function notifiedIn(fleets: readonly number[], floor: number) {
  const rule = { intervalMs: 30 * minuteMs, baselineDays: 14, floor };
  const setting: FleetSetting = { targets: 10, count: 4, inCommon: 0.5, days: 180, rule };
  const all = fleets.map((seed) => falseMessages(setting, promisesMs, seed));
  const sumOf = (promise: number, what: "pages" | "groups" | "alone"): number =>
    all.reduce((sum, counted) => sum + counted[promise]![what], 0);
  return {
    bySeries: sumOf(0, "pages"),
    byFleet: sumOf(1, "pages"),
    groups: sumOf(1, "groups"),
    alone: sumOf(0, "alone"),
  };
}

test("forty series that share a promise of one false page in 180 days keep it together", () => {
  const shipped = notifiedIn([1, 2], 0.05);
  expect(shipped.byFleet).toBeLessThanOrEqual(2);
  expect(shipped.bySeries).toBeLessThanOrEqual(2 * series * 0.2);
  expect(shipped.groups).toBe(0);
});

test("without a floor the engine alone shows what sharing does: many times fewer pages", () => {
  const alone = notifiedIn([1], 0);
  expect(alone.bySeries).toBeGreaterThan(5);
  expect(alone.bySeries).toBeLessThanOrEqual(series);
  expect(5 * alone.byFleet).toBeLessThan(alone.bySeries);
  expect(alone.alone).toBeLessThan(alone.bySeries);
});

test("that costs part of the time to find a move again; places that move together get it back", () => {
  const rule = { intervalMs: 5 * minuteMs, baselineDays: 14, floor: 0.05 };
  const setting = { places: 4, moved: 4, factor: 1.5, inCommon: 0.5, scenario: "all", rule };
  const all = Array.from({ length: 11 }, (_, seed) => delaysOf(setting, promisesMs, seed + 1));
  const median = (promise: number, what: keyof Delay): number =>
    all.map((delays) => delays[promise]![what]).toSorted((a, b) => a - b)[5]!;
  for (const [ofSeries, ofFleet] of all) {
    expect(ofFleet!.single).toBeGreaterThanOrEqual(ofSeries!.single);
    expect(ofFleet!.first).toBeGreaterThanOrEqual(ofSeries!.first);
  }
  expect(median(1, "single")).toBeLessThan(2 * median(0, "single"));
  expect(median(1, "group")).toBeLessThanOrEqual(median(1, "first"));
  expect(median(1, "group")).toBeLessThan(median(1, "single"));
});
