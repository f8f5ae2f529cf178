import { hourMs, minuteMs, secondMs } from "../../std/duration.ts";

/** Waits after the first, second, … failed attempt; the last one repeats until the horizon. */
const waitsMs = [5 * secondMs, 30 * secondMs, 2 * minuteMs, 10 * minuteMs, 30 * minuteMs, hourMs] as const;

/** So long after an alert was made it is given up. */
export const horizonMs = 24 * hourMs;

/** A test says whether the receiver works now. */
export const testHorizonMs = 10 * minuteMs;

/** Full jitter can draw nearly nothing; a receiver in trouble gets at least this pause. */
const shortestWaitMs = secondMs;

export interface FailedAttempt {
  /** Attempts made so far, this one included. */
  readonly attempts: number;
  readonly createdAtMs: number;
  readonly nowMs: number;
  readonly isTest?: boolean;
  /** What the receiver asked for, from now. */
  readonly retryAfterMs?: number | undefined;
}

/** When to try again, or undefined when that would be past the horizon: then it is given up. */
export function nextAttemptAtMs(failed: FailedAttempt, random: () => number): number | undefined {
  const { attempts, createdAtMs, nowMs, isTest = false, retryAfterMs = 0 } = failed;
  const horizonAtMs = createdAtMs + (isTest ? testHorizonMs : horizonMs);
  // The pause between attempts never costs the last one, which is made at the horizon itself.
  if (nowMs >= horizonAtMs || nowMs + retryAfterMs > horizonAtMs) return undefined;
  const earliestMs = nowMs + Math.max(shortestWaitMs, retryAfterMs);
  const longestWaitMs = waitsMs[attempts - 1] ?? hourMs;
  // Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): uniform between nothing and the wait.
  const drawnMs = nowMs + Math.round(random() * longestWaitMs);
  return Math.min(Math.max(earliestMs, drawnMs), horizonAtMs);
}
