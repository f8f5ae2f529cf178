import { expect, test } from "vitest";
import { idleUntil } from "../../src/app/idle-until.ts";
import { probe } from "../probe/samples.ts";

const at = (iso: string): number => Date.parse(iso);
const weekly = { ...probe, cadence: { kind: "cron", pattern: "0 3 * * 1", tz: "Europe/Berlin" } } as const;
const hourly = { ...probe, cadence: { kind: "every", everyMs: 3_600_000 } } as const;

test("a worker may be idle until the third time that the next of its probes is due", () => {
  const monday = at("2026-10-19T01:00Z");
  // The clocks go back on 25 October.
  expect(idleUntil([weekly])(monday)).toBe(at("2026-11-09T02:00Z"));
  expect(idleUntil([weekly, hourly])(monday)).toBe(monday + 3 * 3_600_000);
  expect(idleUntil([])(monday)).toBe(Infinity);
});
