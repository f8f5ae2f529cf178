const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** Waits after the first, second, … failed attempt; the last one repeats until the horizon. */
const waitsMs = [5 * secondMs, 30 * secondMs, 2 * minuteMs, 10 * minuteMs, 30 * minuteMs, hourMs] as const;

/** So long after an alert was made it is given up. */
export const horizonMs = 24 * hourMs;

/** Full jitter can draw nearly nothing; a receiver in trouble gets at least this pause. */
const shortestWaitMs = secondMs;

export interface FailedAttempt {
  /** Attempts made so far, this one included. */
  readonly attempts: number;
  readonly createdAtMs: number;
  readonly nowMs: number;
  /** What the receiver asked for, from now. */
  readonly retryAfterMs?: number | undefined;
}

/** When to try again, or undefined when that would be past the horizon: then it is given up. */
export function nextAttemptAtMs(failed: FailedAttempt, random: () => number): number | undefined {
  const { attempts, createdAtMs, nowMs, retryAfterMs = 0 } = failed;
  const horizonAtMs = createdAtMs + horizonMs;
  // The pause between attempts never costs the last one, which is made at the horizon itself.
  if (nowMs >= horizonAtMs || nowMs + retryAfterMs > horizonAtMs) return undefined;
  const earliestMs = nowMs + Math.max(shortestWaitMs, retryAfterMs);
  const longestWaitMs = waitsMs[attempts - 1] ?? hourMs;
  // Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): uniform between nothing and the wait.
  const drawnMs = nowMs + Math.round(random() * longestWaitMs);
  return Math.min(Math.max(earliestMs, drawnMs), horizonAtMs);
}

const weekday = /^(?:mon|tue|wed|thu|fri|sat|sun)/i;

/**
 * Milliseconds from `nowMs` of a `Retry-After` header (RFC 9110 §10.2.3: seconds, or an HTTP-date in any of its
 * three forms); undefined when it is none. A date in the past is 0.
 */
export function retryAfterToMs(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,10}$/.test(text)) return Number(text) * secondMs;
  if (!weekday.test(text)) return undefined;
  const dateMs = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}
