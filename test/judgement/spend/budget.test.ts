import { describe, expect, test } from "vitest";
import {
  capFinding,
  nothingUsed,
  type Pace,
  paceFinding,
  projection,
  windowOf,
} from "../../../src/judgement/spend/budget.ts";
import type { SpendCap } from "../../../src/probe/target.ts";

/** A month of 30 days: $72 is ten cents an hour. */
const month: SpendCap = { scope: "all", span: "month", microUsd: 72_000_000 };
const evenHour = 100_000;
const nowMs = Date.UTC(2026, 5, 11);
const money = (microUsd: number) => ({ ...nothingUsed, microUsd });
const pace = (hour: number, six: number, days: number, used: number): Pace => ({
  lastHour: money(hour * evenHour),
  lastSixHours: money(six * 6 * evenHour),
  lastThreeDays: money(days * 72 * evenHour),
  thisMonth: money(used),
});

describe("the pace of a month's budget", () => {
  test.each([
    ["fast in both windows is for now", pace(20, 16, 2, 24_000_000), "breaking"],
    ["a burst of an hour alone is nothing", pace(20, 3, 0.9, 24_000_000), undefined],
    ["what was fast and is over is nothing", pace(1, 16, 1, 20_000_000), undefined],
    ["slow for three days, and more than the month has, is for working hours", pace(2, 2, 1.5, 36_000_000), "risky"],
    ["somewhat over the even pace after a thrifty start is nothing", pace(1.2, 1.2, 1.2, 5_000_000), undefined],
    ["slow for three days and thrifty since is nothing", pace(0.2, 0.5, 1.5, 60_000_000), undefined],
    ["a quarter of a day above what three days were is nothing", pace(1.5, 1.5, 0.9, 60_000_000), undefined],
    ["even is nothing", pace(1, 1, 1, 24_000_000), undefined],
  ] as const)("%s", (_name, spent, severity) => {
    expect(paceFinding(month, spent, nowMs)?.severity).toBe(severity);
  });

  test("a few requests are no pace, however small the budget's even share of an hour is", () => {
    // Thirty times even for a tenth of the time: less than two per cent of the month.
    const small = { ...pace(30, 0, 0, 1_000_000), lastSixHours: money(0.019 * 72_000_000) };
    expect(paceFinding(month, small, nowMs)).toBeUndefined();
  });

  test("says what it will come to", () => {
    const finding = paceFinding(month, pace(20, 20, 5, 24_000_000), nowMs);
    expect(finding?.expected).toBe("at most $72.00 a month");
    // 24 dollars, and two an hour for the twenty days that are left.
    expect(finding?.observed).toBe("20.0 times the even pace; about $984.00 by the end of the month");
    expect(projection(24, 2, nowMs)).toBe(24 + 2 * 20 * 24);
  });

  test("tokens and requests have a pace as well; a day's cap has none", () => {
    const tokens: SpendCap = { scope: "all", span: "month", tokens: 720_000 };
    const fast = { ...nothingUsed, tokens: 100_000 };
    const of: Pace = { lastHour: fast, lastSixHours: fast, lastThreeDays: fast, thisMonth: fast };
    expect(paceFinding(tokens, of, nowMs)?.severity).toBe("breaking");
    expect(paceFinding({ ...tokens, span: "day" }, of, nowMs)).toBeUndefined();
  });
});

describe("a cap that is reached", () => {
  const cap: SpendCap = { scope: "target/mini", span: "day", tokens: 1000 };
  const next = [{ ...nothingUsed, tokens: 50, requests: 1 }];

  test("names the cap, what is used, and when it goes on", () => {
    const finding = capFinding({ cap, used: { ...nothingUsed, tokens: 960 }, next, skipped: 7 }, nowMs + 1);
    expect(finding).toMatchObject({
      kind: "budget",
      severity: "risky",
      subject: "spend cap of mini per day",
      expected: "at most 1000 tokens a day",
      observed: "reached, 960 tokens used; no run until 2026-06-12 00:00 UTC",
    });
  });

  test("says when a run can never fit", () => {
    const large = [...next, { ...nothingUsed, tokens: 1001, requests: 2 }];
    const finding = capFinding({ cap, used: { ...nothingUsed, tokens: 3 }, next: large, skipped: 1 }, nowMs + 1);
    expect(finding?.observed).toBe("reached, 3 tokens used; a run of up to 1001 tokens never fits: raise the cap");
  });

  test("is none while there is room, or nothing had to be skipped", () => {
    expect(capFinding({ cap, used: { ...nothingUsed, tokens: 950 }, next, skipped: 7 }, nowMs)).toBeUndefined();
    expect(capFinding({ cap, used: { ...nothingUsed, tokens: 999 }, next, skipped: 0 }, nowMs)).toBeUndefined();
  });
});

test("windows are calendar hours, days and months, leap years included", () => {
  const leap = Date.UTC(2028, 1, 29, 13, 30);
  expect(windowOf("hour", leap)).toEqual({ startMs: Date.UTC(2028, 1, 29, 13), endMs: Date.UTC(2028, 1, 29, 14) });
  expect(windowOf("day", leap)).toEqual({ startMs: Date.UTC(2028, 1, 29), endMs: Date.UTC(2028, 2, 1) });
  expect(windowOf("month", leap)).toEqual({ startMs: Date.UTC(2028, 1, 1), endMs: Date.UTC(2028, 2, 1) });
});
