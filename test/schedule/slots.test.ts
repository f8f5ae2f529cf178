import { describe, expect, test } from "vitest";
import type { ScheduleEntry } from "../../src/schedule/queue.ts";
import { dueSlots, nextSlot } from "../../src/schedule/slots.ts";

const now = Date.UTC(2026, 10, 23, 12);
const dayMs = 86_400_000;
const every: ScheduleEntry = {
  id: "a@x",
  location: "x",
  cadence: { kind: "every", everyMs: 60_000 },
  offsetMs: 7000,
  place: 0,
};
const cron = (pattern: string, tz = "America/New_York"): ScheduleEntry => ({
  ...every,
  cadence: { kind: "cron", pattern, tz },
  offsetMs: 0,
});
const iso = (slots: readonly number[]): string[] => slots.map((slot) => new Date(slot).toISOString().slice(0, 16));

describe("every", () => {
  test("slots lie on the grid, after from and up to and with to", () => {
    const grid = now + 7000;
    expect(dueSlots(every, now, now + 180_000)).toEqual([grid, grid + 60_000, grid + 120_000]);
    expect(dueSlots(every, grid, grid + 60_000)).toEqual([grid + 60_000]);
    expect(dueSlots(every, now, now)).toEqual([]);
    expect(dueSlots(every, now, now - 120_000)).toEqual([]);
  });

  test("of too many the newest are told", () => {
    const slots = dueSlots(every, 0, now, 1000);
    expect(slots).toHaveLength(1000);
    expect(slots.at(-1)).toBe(now - 60_000 + 7000);
  });
});

describe("cron in a time zone with daylight saving", () => {
  const spring = Date.UTC(2027, 2, 14, 5);
  const autumn = Date.UTC(2026, 10, 1, 4);

  test("the slot in the hour that is left out comes an hour later by the clock on the wall", () => {
    expect(iso(dueSlots(cron("30 2 * * *"), spring, spring + dayMs))).toEqual(["2027-03-14T07:30"]);
    expect(iso(dueSlots(cron("30 2 * * *"), spring + dayMs, spring + 2 * dayMs))).toEqual(["2027-03-15T06:30"]);
  });

  test("the slot in the hour that comes twice comes once", () => {
    expect(iso(dueSlots(cron("30 1 * * *"), autumn, autumn + dayMs))).toEqual(["2026-11-01T05:30"]);
  });

  test("a rhythm within the hour goes on through both days", () => {
    for (const from of [spring, autumn]) {
      const slots = dueSlots(cron("*/30 * * * *"), from, from + 6 * 3_600_000);
      expect(slots.map((slot) => slot - from)).toEqual(Array.from({ length: 12 }, (_, half) => (half + 1) * 1_800_000));
    }
  });

  test.each([
    ["30 2 * * *", spring],
    ["0 */2 * * *", spring],
    ["30 1 * * *", autumn],
    ["0,20,40 1-3 * * *", autumn],
  ])("%s: asked piece by piece, each slot of the night is told exactly once", (pattern, from) => {
    const whole = dueSlots(cron(pattern), from, from + 6 * 3_600_000);
    const pieces: number[] = [];
    for (let piece = from; piece < from + 6 * 3_600_000; piece += 600_000) {
      pieces.push(...dueSlots(cron(pattern), piece, piece + 600_000));
    }
    expect(iso(pieces)).toEqual(iso(whole));
  });
});

describe("cron over a long time", () => {
  test("of too many slots the newest are told, without a walk through all the years", () => {
    const slots = dueSlots(cron("* * * * * *", "UTC"), 0, now, 100);
    expect(slots).toEqual(Array.from({ length: 100 }, (_, index) => now - (99 - index) * 1000));
  });

  test("a rare slot is found however long ago it was", () => {
    expect(iso(dueSlots(cron("0 0 29 2 *", "UTC"), Date.UTC(2020, 0, 1), now, 100))).toEqual([
      "2020-02-29T00:00",
      "2024-02-29T00:00",
    ]);
  });
});

describe("the next one", () => {
  test("is the first of those that are due after now", () => {
    for (const entry of [every, cron("*/5 * * * *"), cron("30 2 * * *"), cron("* * * * * *")]) {
      for (const fromMs of [now, now + 7000, now + 59_999]) {
        const next = nextSlot(entry, fromMs);
        expect(dueSlots(entry, fromMs, next)).toEqual([next]);
      }
    }
  });

  test("may be years away", () => {
    expect(iso([nextSlot(cron("0 0 29 2 *", "UTC"), now)])).toEqual(["2028-02-29T00:00"]);
  });
});
