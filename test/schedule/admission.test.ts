import { expect, test } from "vitest";
import { refusalOf } from "../../src/schedule/admission.ts";
import { plan } from "../../src/schedule/plan.ts";
import type { ScheduleEntry, TakenSlot } from "../../src/schedule/queue.ts";
import { dueSlots } from "../../src/schedule/slots.ts";
import { createTimetable } from "../../src/schedule/timetable.ts";
import { probe as sample } from "../probe/samples.ts";

const hourMs = 3_600_000;
const probe = { ...sample, cadence: { kind: "every", everyMs: hourMs } as const };
const [entry] = plan([probe]);
if (entry === undefined) throw new Error("a probe has a schedule");
const startMs = Date.UTC(2026, 5, 1);
const [dueMs = 0] = dueSlots(entry, startMs, startMs + hourMs);

const on = (scheduled: ScheduleEntry | undefined) =>
  createTimetable(async () => (scheduled === undefined ? [] : [scheduled]), { nowMs: () => 0, monotonicMs: () => 0 });

const refusal = (slotMs: number, nowMs: number, origin: TakenSlot["origin"] = "schedule", asked: number[] = []) =>
  refusalOf(
    { probeId: probe.id, slotMs, origin },
    on(entry),
    { wasAskedFor: async (_id, askedMs) => asked.includes(askedMs) },
    nowMs,
  );

test.each([
  ["due now", dueMs, dueMs, undefined],
  ["due in a moment, by a clock that is a bit behind", dueMs, dueMs - 4_000, undefined],
  ["late, for which a row says so", dueMs, dueMs + 300_000, undefined],
  ["to come", dueMs + hourMs, dueMs, "not-due"],
  ["over", dueMs, dueMs + hourMs, "over"],
  ["one millisecond off", dueMs + 1, dueMs + 1, "not-on-schedule"],
] as const)("a slot of the schedule that is %s", async (_case, slotMs, nowMs, expected) => {
  expect(await refusal(slotMs, nowMs)).toBe(expected);
});

test("a cron slot is one that its pattern names", async () => {
  const daily = { ...probe, cadence: { kind: "cron", pattern: "30 6 * * *", tz: "Europe/Berlin" } as const };
  const slotMs = Date.UTC(2026, 5, 1, 4, 30);
  const of = (ms: number) =>
    refusalOf(
      { probeId: probe.id, slotMs: ms, origin: "schedule" },
      on(plan([daily])[0]),
      { wasAskedFor: async () => false },
      ms,
    );
  expect(await of(slotMs)).toBeUndefined();
  expect(await of(slotMs + 60_000)).toBe("not-on-schedule");
});

test("beside the schedule only what the store knows of runs, and only when it is due", async () => {
  const slotMs = dueMs + 777;
  expect(await refusal(slotMs, slotMs, "asked", [slotMs])).toBeUndefined();
  expect(await refusal(slotMs, slotMs, "asked")).toBe("not-asked-for");
  expect(await refusal(slotMs, slotMs - hourMs, "asked", [slotMs])).toBe("not-due");
});
