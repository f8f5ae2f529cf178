import { expect, test } from "vitest";
import { blindMinutesOf, createShifts } from "../../src/operate/shifts.ts";
import { probe } from "../notify/samples.ts";

const hourMs = 3_600_000;
const targets = new Map([
  ["a", "mini"],
  ["b", "mini"],
  ["c", "large"],
]);

test("of each hour the probe that saw most counts; hours in which nothing was due are not blind", () => {
  const hour = (probeId: string, at: number, judged: number, due: number) => ({
    probeId,
    atMs: at * hourMs,
    judged,
    due,
  });
  const hours = [
    hour("a", 0, 3, 12),
    hour("b", 0, 1, 2),
    hour("a", 1, 0, 12),
    hour("c", 1, 12, 12),
    hour("c", 2, 0, 0),
  ];
  expect(Object.fromEntries(blindMinutesOf(hours, targets))).toEqual({ mini: 30 + 60, large: 0 });
});

test("a month of UTC, at most until now; targets without incidents have a line", async () => {
  const asked: unknown[] = [];
  const shifts = createShifts({
    store: {
      episodesIn: (...time) => Promise.resolve((asked.push(time), [])),
      hoursIn: (ids) => Promise.resolve(ids.map((probeId) => ({ probeId, atMs: 0, judged: 1, due: 2 }))),
    },
    probes: [probe],
    clock: { nowMs: () => Date.parse("2026-11-23T10:00:00Z") },
  });
  const none = { incidents: 0, pages: 0, falsePositives: 0 };
  expect((await shifts()).targets).toEqual([{ target: "mini", ...none, blindMinutes: 30 }]);
  await shifts("2026-02");
  expect(asked).toEqual([
    [Date.parse("2026-11-01T00:00:00Z"), Date.parse("2026-11-23T10:00:00Z")],
    [Date.parse("2026-02-01T00:00:00Z"), Date.parse("2026-03-01T00:00:00Z")],
  ]);
});
