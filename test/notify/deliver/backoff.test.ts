import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { horizonMs, nextAttemptAtMs } from "../../../src/notify/deliver/backoff.ts";

const nowMs = Date.parse("2026-11-23T10:00:00Z");
const almostOne = 1 - 2 ** -32;

describe("nextAttemptAtMs", () => {
  test("the longest waits are 5 s, 30 s, 2 m, 10 m, 30 m, then an hour", () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 20].map(
      (attempts) => (nextAttemptAtMs({ attempts, createdAtMs: nowMs, nowMs }, () => almostOne) ?? 0) - nowMs,
    );
    expect(waits).toEqual([5, 30, 120, 600, 1800, 3600, 3600, 3600].map((seconds) => seconds * 1000));
  });

  test("jitter goes down to one second", () => {
    expect(nextAttemptAtMs({ attempts: 6, createdAtMs: nowMs, nowMs }, () => 0)).toBe(nowMs + 1000);
    expect(nextAttemptAtMs({ attempts: 6, createdAtMs: nowMs, nowMs }, () => 0.5)).toBe(nowMs + 1_800_000);
  });

  test("Retry-After counts when it is longer than the schedule", () => {
    const failed = { attempts: 1, createdAtMs: nowMs, nowMs, retryAfterMs: 7_200_000 };
    expect(nextAttemptAtMs(failed, () => 0.3)).toBe(nowMs + 7_200_000);
  });

  test("a day after it was made it is given up, and not before one last try at the day's end", () => {
    const createdAtMs = nowMs - horizonMs;
    expect(nextAttemptAtMs({ attempts: 30, createdAtMs, nowMs }, () => 0)).toBeUndefined();
    expect(nextAttemptAtMs({ attempts: 30, createdAtMs: createdAtMs + 60_000, nowMs }, () => 0.9)).toBe(nowMs + 60_000);
  });

  test("never before Retry-After, never past the horizon, always at least a second on", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 0, max: horizonMs * 2 }),
        fc.option(fc.integer({ min: 0, max: horizonMs * 3 }), { nil: undefined }),
        fc.double({ min: 0, max: almostOne, noNaN: true }),
        (attempts, ageMs, retryAfterMs, draw) => {
          const createdAtMs = nowMs - ageMs;
          const due = nextAttemptAtMs({ attempts, createdAtMs, nowMs, retryAfterMs }, () => draw);
          const earliest = nowMs + Math.max(1000, retryAfterMs ?? 0);
          if (due === undefined) {
            expect(earliest).toBeGreaterThan(createdAtMs + horizonMs);
          } else {
            expect(due).toBeGreaterThanOrEqual(earliest);
            expect(due).toBeLessThanOrEqual(createdAtMs + horizonMs);
          }
        },
      ),
    );
  });

  test("every series of failures moves on and ends within the horizon", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: almostOne, noNaN: true }), { minLength: 1 }), (draws) => {
        let now = nowMs;
        let attempts = 0;
        for (;;) {
          attempts += 1;
          const draw = draws[attempts % draws.length] ?? 0.5;
          const due = nextAttemptAtMs({ attempts, createdAtMs: nowMs, nowMs: now }, () => draw);
          if (due === undefined) break;
          expect(due).toBeGreaterThan(now);
          now = due;
        }
        expect(now - nowMs).toBe(horizonMs);
      }),
      { numRuns: 30 },
    );
  });
});
