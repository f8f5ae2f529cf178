import { expect, test } from "vitest";
import type { ScheduledEntry, ScheduleEntry } from "../../src/schedule/queue.ts";
import { reconcile } from "../../src/schedule/reconcile.ts";

const now = Date.UTC(2026, 10, 23, 12);
const every: ScheduleEntry = { id: "a@x", location: "x", cadence: { kind: "every", everyMs: 60_000 }, offsetMs: 7000 };
const daily: ScheduleEntry = { ...every, cadence: { kind: "cron", pattern: "0 13 * * *", tz: "UTC" }, offsetMs: 0 };
const existing = (nextMs: number | undefined, of = every, isQueued = false): ScheduledEntry => ({
  ...of,
  nextMs,
  isQueued,
});
const reasons = (wanted: ScheduleEntry[], actual: ScheduledEntry[]): string[] =>
  reconcile(wanted, actual, now, 5000).map(({ kind, reason }) => `${kind}: ${reason}`);

test.each<[string, ScheduledEntry[], string[]]>([
  ["nothing there", [], ["upsert: missing"]],
  ["next in the past and no job for it", [existing(now - 60_000)], ["repair: next-in-the-past"]],
  ["no next at all", [existing(undefined)], ["repair: next-in-the-past"]],
  ["next in the past, its job waits for a worker", [existing(now - 60_000, every, true)], []],
  ["next just now", [existing(now - 4000)], []],
  ["next in half an interval", [existing(now + 30_000)], []],
  ["next a whole interval ahead", [existing(now + 60_000)], []],
  ["next an hour ahead, as after a clock jump", [existing(now + 3_600_000, every, true)], ["repair: next-too-far"]],
  [
    "another interval",
    [existing(now, { ...every, cadence: { kind: "every", everyMs: 30_000 } })],
    ["replace: changed"],
  ],
  ["another phase", [existing(now, { ...every, offsetMs: 7001 })], ["replace: changed"]],
  ["cron instead of every", [existing(now, daily)], ["replace: changed"]],
  ["the same id elsewhere", [{ ...existing(now), location: "y" }], ["upsert: missing", "remove: not-wanted"]],
])("every: %s", (_case, actual, actions) => {
  expect(reasons([every], actual)).toEqual(actions);
});

test.each<[string, ScheduledEntry[], string[]]>([
  ["its next slot is next", [existing(Date.UTC(2026, 10, 23, 13), daily)], []],
  ["its next slot was skipped", [existing(Date.UTC(2026, 10, 24, 13), daily)], ["repair: next-too-far"]],
  [
    "another time zone",
    [existing(now, { ...daily, cadence: { kind: "cron", pattern: "0 13 * * *", tz: "Asia/Tokyo" } })],
    ["replace: changed"],
  ],
])("cron: %s", (_case, actual, actions) => {
  expect(reasons([daily], actual)).toEqual(actions);
});

test("what is not wanted is removed, and says what it was", () => {
  const orphan = existing(now + 30_000);
  expect(reconcile([], [orphan], now, 5000)).toEqual([{ kind: "remove", entry: orphan, reason: "not-wanted" }]);
});
