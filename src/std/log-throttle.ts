import type { Clock } from "./clock.ts";
import type { LogFields } from "./log.ts";

/**
 * Says the first of a kind at once, then at most one in `intervalMs`, with how many were left unsaid since. For events
 * that a broken connection repeats many times a second.
 */
export function throttleLog(
  clock: Clock,
  intervalMs: number,
  say: (fields: LogFields) => void,
): (kind: string, fields: LogFields) => void {
  const kinds = new Map<string, { saidMs: number; unsaid: number }>();
  return (kind, fields) => {
    const nowMs = clock.monotonicMs();
    const last = kinds.get(kind);
    if (last !== undefined && nowMs - last.saidMs < intervalMs) {
      last.unsaid += 1;
      return;
    }
    kinds.set(kind, { saidMs: nowMs, unsaid: 0 });
    say(last === undefined || last.unsaid === 0 ? fields : { ...fields, unsaid: last.unsaid });
  };
}
