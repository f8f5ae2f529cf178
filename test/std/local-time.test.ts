import { expect, test } from "vitest";
import { localTimeText, withLocalTimes } from "../../src/std/local-time.ts";
import { zonedTime } from "../../src/std/zoned-time.ts";

const nowMs = Date.parse("2026-11-23T10:12:00Z");

test.each([
  ["UTC", "2026-11-23T00:00:00Z", "today at 00:00 UTC"],
  ["Europe/Berlin", "2026-11-22T23:30:00Z", "today at 00:30 CET"],
  ["Europe/Berlin", "2026-11-22T22:59:00Z", "yesterday at 23:59 CET"],
  ["America/New_York", "2026-11-24T05:00:00Z", "tomorrow at 00:00 EST"],
  ["Asia/Tokyo", "2026-11-20T10:00:00Z", "2026-11-20 19:00 GMT+9"],
  ["Asia/Kolkata", "2026-11-20T10:00:00Z", "2026-11-20 15:30 IST"],
  ["Australia/Sydney", "2026-11-20T10:00:00Z", "2026-11-20 21:00 AEDT"],
  ["Europe/Berlin", "2026-07-01T10:00:00Z", "2026-07-01 12:00 CEST"],
])("%s reads %s as %s", (tz, at, text) => {
  expect(localTimeText(Date.parse(at), { tz, nowMs })).toBe(text);
});

test("the day before a change of clocks is yesterday", () => {
  const reader = { tz: "Europe/Berlin", nowMs: Date.parse("2026-10-26T00:10:00+01:00") };
  expect(localTimeText(Date.parse("2026-10-25T00:10:00+02:00"), reader)).toBe("yesterday at 00:10 CEST");
});

test("times in a text become local, and nothing else changes", () => {
  const text = "expired 2026-11-22 22:59 UTC (a:1), not 2026-99-99 10:00 UTC or 2026-11-22";
  expect(withLocalTimes(text, { tz: "Europe/Berlin", nowMs })).toBe(
    "expired yesterday at 23:59 CET (a:1), not 2026-99-99 10:00 UTC or 2026-11-22",
  );
});

test("a time with its date has the name of the zone that people there use, at each time of the year", () => {
  expect(zonedTime("2026-11-30T02:00:00Z", "Europe/Berlin")).toBe("2026-11-30 03:00 CET");
  expect(zonedTime("2026-07-30T02:00:00Z", "Europe/London")).toBe("2026-07-30 03:00 BST");
  expect(zonedTime("2026-11-30T02:00:00Z", "UTC")).toBe("2026-11-30 02:00 UTC");
  expect(zonedTime("never", "UTC")).toBe("never");
});
