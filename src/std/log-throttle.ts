import type { Clock } from "./clock.ts";
import type { LogFields } from "./log.ts";

/**
 * For events that a broken connection repeats many times a second: logs the first event of each kind at once, then at
 * most one in `intervalMs`. `suppressed` counts those that were not logged since the last one.
 */
export function throttleLog(
  clock: Clock,
  intervalMs: number,
  log: (fields: LogFields) => void,
): (kind: string, fields: LogFields) => void {
  const kinds = new Map<string, { loggedMs: number; suppressed: number }>();
  return (kind, fields) => {
    const nowMs = clock.monotonicMs();
    const last = kinds.get(kind);
    if (last !== undefined && nowMs - last.loggedMs < intervalMs) {
      last.suppressed += 1;
      return;
    }
    kinds.set(kind, { loggedMs: nowMs, suppressed: 0 });
    log(last === undefined || last.suppressed === 0 ? fields : { ...fields, suppressed: last.suppressed });
  };
}
