import { expect, test } from "vitest";
import type { ScheduledEntry, ScheduleEntry } from "../../src/schedule/queue.ts";
import { reconcile } from "../../src/schedule/reconcile.ts";
import { slotOfJob } from "../../src/schedule/slot-of-job.ts";
import { dueSlots } from "../../src/schedule/slots.ts";

const now = Date.UTC(2026, 10, 23, 12);
const every: ScheduleEntry = { id: "a@x", location: "x", cadence: { kind: "every", everyMs: 60_000 }, offsetMs: 7000 };
const existing = (nextMs: number | undefined): ScheduledEntry => ({ ...every, nextMs });

test.each([
  ["nothing there", [], "missing"],
  ["next in the past", [existing(now - 60_000)], "next-in-the-past"],
  ["no next at all", [existing(undefined)], "next-in-the-past"],
  ["next an hour ahead, as after a clock jump", [existing(now + 3_600_000)], "next-too-far"],
  [
    "another interval",
    [{ ...existing(now + 1000), cadence: { kind: "every", everyMs: 30_000 } } as ScheduledEntry],
    "changed",
  ],
])("%s", (_case, actual, reason) => {
  expect(reconcile([every], actual, now, 5000)).toMatchObject([{ reason }]);
});

test("what is as wanted is left alone, what is not wanted is removed", () => {
  expect(reconcile([every], [existing(now + 30_000)], now, 5000)).toEqual([]);
  expect(reconcile([], [existing(now + 30_000)], now, 5000)).toMatchObject([{ kind: "remove", reason: "not-wanted" }]);
});

test("due slots lie on the grid, after from and up to and with to", () => {
  const grid = now + 7000;
  expect(dueSlots(every, now, now + 180_000)).toEqual([grid, grid + 60_000, grid + 120_000]);
  expect(dueSlots(every, grid, grid + 60_000)).toEqual([grid + 60_000]);
  expect(dueSlots(every, now, now)).toEqual([]);
  expect(dueSlots(every, 0, now)).toHaveLength(1000);
});

test("cron follows daylight saving in New York: the lost hour fires after it, the doubled one once", () => {
  const at = (pattern: string): ScheduleEntry => ({
    ...every,
    cadence: { kind: "cron", pattern, tz: "America/New_York" },
    offsetMs: 0,
  });
  const day = (from: number, pattern: string) =>
    dueSlots(at(pattern), from, from + 86_400_000).map((slot) => new Date(slot).toISOString());
  expect(day(Date.UTC(2027, 2, 14, 5), "30 2 * * *")).toEqual(["2027-03-14T07:30:00.000Z"]);
  expect(day(Date.UTC(2026, 10, 1, 4), "30 1 * * *")).toHaveLength(1);
});

test("only a scheduler's job is a slot", () => {
  expect(slotOfJob("repeat:a@x:1795431819137", { probeId: "a@x" })).toEqual({ probeId: "a@x", slotMs: 1795431819137 });
  expect(slotOfJob("17", { probeId: "a@x" })).toBeUndefined();
  expect(slotOfJob("repeat:a@x:1795431819137", { probe: 1 })).toBeUndefined();
});
