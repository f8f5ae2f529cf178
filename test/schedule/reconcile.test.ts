import { expect, test } from "vitest";
import type { ScheduleEntry } from "../../src/schedule/queue.ts";
import { reconcile } from "../../src/schedule/reconcile.ts";

const cadence = { kind: "every", everyMs: 60_000 } as const;
const every: ScheduleEntry = { id: "a@x", location: "x", cadence, place: 3, offsetMs: 7000 };
const cron = { kind: "cron", pattern: "0 13 * * *", tz: "UTC" } as const;
const daily: ScheduleEntry = { ...every, cadence: cron, place: 0, offsetMs: 0 };
const reasons = (wanted: ScheduleEntry[], actual: ScheduleEntry[]): string[] =>
  reconcile(wanted, actual).map(({ kind, reason }) => `${kind}: ${reason}`);

test.each<[string, ScheduleEntry, ScheduleEntry[], string[]]>([
  ["nothing there", every, [], ["upsert: missing"]],
  ["the same", every, [{ ...every }], []],
  ["another interval", every, [{ ...every, cadence: { kind: "every", everyMs: 30_000 } }], ["replace: changed"]],
  ["another phase", every, [{ ...every, offsetMs: 7001 }], ["replace: changed"]],
  ["another location", every, [{ ...every, location: "y" }], ["replace: changed"]],
  ["cron instead of every", every, [daily], ["replace: changed"]],
  ["the same pattern", daily, [{ ...daily }], []],
  ["another time zone", daily, [{ ...daily, cadence: { ...cron, tz: "Asia/Tokyo" } }], ["replace: changed"]],
  ["another pattern", daily, [{ ...daily, cadence: { ...cron, pattern: "0 14 * * *" } }], ["replace: changed"]],
])("%s", (_case, wanted, actual, actions) => {
  expect(reasons([wanted], actual)).toEqual(actions);
});

test("what was replaced or removed is named as it was", () => {
  const was = { ...every, offsetMs: 1 };
  expect(reconcile([every], [was, daily].slice(0, 1))).toEqual([
    { kind: "replace", entry: every, reason: "changed", was },
  ]);
  expect(reconcile([], [daily])).toEqual([{ kind: "remove", entry: daily, reason: "not-wanted" }]);
});
