import { dueAgainMs } from "../probe/cadence.ts";
import type { Probe } from "../probe/probe.ts";

/** The third time that any probe is due: workers share slots, so that one of them may get none of the first. */
export function idleUntil(probes: readonly Probe[]): (lastMs: number) => number {
  const cadences = [...new Map(probes.map(({ cadence }) => [JSON.stringify(cadence), cadence])).values()];
  let known = { lastMs: Number.NaN, untilMs: Infinity };
  return (lastMs) => {
    if (known.lastMs === lastMs) return known.untilMs;
    const nextMs = (afterMs: number): number =>
      Math.min(Infinity, ...cadences.map((cadence) => dueAgainMs(cadence, afterMs)));
    known = { lastMs, untilMs: nextMs(nextMs(nextMs(lastMs))) };
    return known.untilMs;
  };
}
