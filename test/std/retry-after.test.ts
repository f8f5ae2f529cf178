import { expect, test } from "vitest";
import { retryAfterToMs } from "../../src/std/retry-after.ts";

const nowMs = Date.UTC(2026, 10, 23, 10);

test.each([
  ["120", 120_000],
  [" 0 ", 0],
  ["Mon, 23 Nov 2026 10:02:00 GMT", 120_000],
  ["Monday, 23-Nov-26 10:02:00 GMT", 120_000],
  ["Mon Nov 23 10:02:00 2026", 120_000],
  ["Sun Nov  1 10:02:00 2026", 0],
  ["Mon, 23 Nov 2026 09:00:00 GMT", 0],
  ["-5", undefined],
  ["1.5", undefined],
  ["soon", undefined],
  ["soon 5", undefined],
  ["maybe 2", undefined],
  ["Sun 5", undefined],
  ["Mon, 23 Nov 2026 99:02:00 GMT", undefined],
  ["2026-11-23T10:02:00Z", undefined],
  ["Mon, nonsense", undefined],
  ["", undefined],
  [undefined, undefined],
])("%s is a wait of %s ms", (header, ms) => {
  expect(retryAfterToMs(header, nowMs)).toBe(ms);
});
