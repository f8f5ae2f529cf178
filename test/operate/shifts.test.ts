import { expect, test } from "vitest";
import { createShifts } from "../../src/operate/shifts.ts";
import { probe } from "../notify/samples.ts";

test("a month of UTC, at most until now; targets without incidents have a line", async () => {
  const asked: unknown[] = [];
  const shifts = createShifts({
    store: {
      episodesIn: (...time) => Promise.resolve((asked.push(time), [])),
      blindMinutes: (watched) => Promise.resolve(new Map(watched.map(({ target }) => [target, 30]))),
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
