import fc from "fast-check";
import { expect, test } from "vitest";
import { maintenanceAt } from "../../src/incident/maintenance.ts";
import { cronTimes, nextCronTimes } from "../../src/std/cron.ts";
import { cron } from "../../src/probe/text-schemas.ts";

const incident = { target: "t", probe: "p", scenario: "s", location: "l", kind: "latency", severity: "risky" } as const;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Every stretch in which the window is on, between two times, looked at every ten minutes. */
function stretches(pattern: string, tz: string, forMs: number, fromMs: number, toMs: number) {
  const windows = [{ name: "w", match: {}, cron: pattern, tz, forMs }];
  const found: { fromMs: number; toMs: number }[] = [];
  for (let atMs = fromMs; atMs <= toMs; atMs += 10 * minuteMs) {
    if (maintenanceAt(windows, incident, atMs) === undefined) continue;
    const last = found.at(-1);
    if (last?.toMs === atMs) last.toMs += 10 * minuteMs;
    else found.push({ fromMs: atMs, toMs: atMs + 10 * minuteMs });
  }
  return found;
}

test.each([
  ["spring", "2026-03-28T00:00Z", ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"]],
  ["autumn", "2026-10-24T00:00Z", ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"]],
])("one whole hour at half past two in Berlin each day, in %s too", (_season, from, starts) => {
  const fromMs = Date.parse(from);
  const found = stretches("30 2 * * *", "Europe/Berlin", hourMs, fromMs, fromMs + 2.5 * 24 * hourMs);
  expect(found.map((it) => new Date(it.fromMs).toISOString().slice(0, 16))).toEqual(starts);
  expect(found.map((it) => it.toMs - it.fromMs)).toEqual([hourMs, hourMs, hourMs]);
});

/** When the clocks of a zone change, 2020 to 2030, to the hour. */
function changes(tz: string): number[] {
  const form = new Intl.DateTimeFormat("en", { timeZone: tz, timeZoneName: "longOffset" });
  const offset = (atMs: number): string =>
    form.formatToParts(atMs).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const found: number[] = [];
  const dayMs = 24 * hourMs;
  for (let atMs = Date.UTC(2020, 0, 1); atMs < Date.UTC(2030, 0, 1); atMs += dayMs) {
    if (offset(atMs) === offset(atMs + dayMs)) continue;
    let changeMs = atMs;
    while (offset(changeMs) === offset(atMs)) changeMs += 30 * minuteMs;
    found.push(changeMs);
  }
  return found;
}

// Changes by half an hour, two hours and three, and late in the evening.
test.each([
  ["Australia/Lord_Howe", "0 2 * * *", "2026-04-03T20:00Z", ["2026-04-04T15:30", "2026-04-05T15:30"]],
  ["America/Nuuk", "0 22 * * *", "2024-03-30T12:00Z", ["2024-03-31T00:00", "2024-03-31T23:00"]],
  ["Antarctica/Troll", "0 2 * * *", "2020-10-24T12:00Z", ["2020-10-25T00:00", "2020-10-26T02:00"]],
  ["Antarctica/Casey", "0 0 * * *", "2020-03-07T00:00Z", ["2020-03-07T13:00", "2020-03-08T16:00"]],
  ["Australia/Lord_Howe", "0 * * * *", "2026-04-04T14:00Z", ["2026-04-04T15:30", "2026-04-04T16:30"]],
  ["Europe/Berlin", "30 * * * *", "2026-10-25T00:00Z", ["2026-10-25T00:30", "2026-10-25T01:30"]],
])("in %s %s is named once for each day or hour", (tz, pattern, from, times) => {
  const found = nextCronTimes(pattern, tz, Date.parse(from), 2);
  expect(found.map((atMs) => new Date(atMs).toISOString().slice(0, 16))).toEqual(times);
});

const zones = Intl.supportedValuesOf("timeZone");

test("around every change of clocks in every zone a daily window is on once a day, for its whole time", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.nat(),
      fc.integer({ min: -240, max: 240 }),
      fc.integer({ min: 5, max: 180 }),
      (tz, which, minutesOff, minutes) => {
        const known = changes(tz);
        const changeMs = known[which % Math.max(1, known.length)] ?? Date.UTC(2026, 5, 1);
        const wall = new Intl.DateTimeFormat("en-GB", { timeZone: tz, hour: "2-digit", minute: "2-digit" });
        const [hour, minute] = wall
          .format(changeMs + minutesOff * minuteMs)
          .split(":")
          .map(Number);
        const pattern = `${minute} ${hour} * * *`;
        const [fromMs, toMs] = [changeMs - 60 * hourMs, changeMs + 60 * hourMs];
        const starts = cronTimes(pattern, tz, fromMs, toMs);
        const middleMs = changeMs + minutesOff * minuteMs;
        expect([...cronTimes(pattern, tz, fromMs, middleMs), ...cronTimes(pattern, tz, middleMs, toMs)]).toEqual(
          starts,
        );
        const gapsMs = starts.slice(1).map((startMs, index) => startMs - (starts[index] ?? 0));
        expect(gapsMs.every((gapMs) => gapMs >= 20 * hourMs && gapMs <= 28 * hourMs)).toBe(true);
        const windows = [{ name: "w", match: {}, cron: pattern, tz, forMs: minutes * minuteMs }];
        const isOn = (atMs: number): boolean => maintenanceAt(windows, incident, atMs) !== undefined;
        for (const startMs of starts) {
          const endMs = startMs + minutes * minuteMs;
          expect([startMs - 1, startMs, endMs - 1, endMs].map(isOn)).toEqual([false, true, true, false]);
        }
      },
    ),
    { numRuns: 40 },
  );
});

test.each(["H * * * *", "H(0-29)/10 * * * *", "0 H * * *", "0 0 * * 1-H"])("%s is refused", (pattern) => {
  expect(cron.safeParse(pattern).success).toBe(false);
});
test.each(["0 0 * * THU", "0 0 * MAR *", "*/5 8-18 * * MON-FRI"])("%s is taken", (pattern) => {
  expect(cron.safeParse(pattern).success).toBe(true);
});
