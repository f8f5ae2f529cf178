import { dayMs } from "../std/duration.ts";
import type { Incident, PastEpisode } from "./incident.ts";

const keptEpisodes = 20;
const withinMs = 14 * dayMs;

/** The history of the next episode: that of the resolved one before it, and itself. */
export function historyAfter(before: Incident | undefined): readonly PastEpisode[] | undefined {
  if (before === undefined || before.episode === 0) return undefined;
  const { openedAtMs, firstBadSlotMs, resolvedAtMs, lastSlotMs, acknowledged } = before;
  const past: PastEpisode = {
    atMs: openedAtMs ?? firstBadSlotMs,
    lastedMs: Math.max(0, (resolvedAtMs ?? lastSlotMs) - firstBadSlotMs),
    ...(acknowledged && { note: `${acknowledged.by}: ${acknowledged.why}` }),
  };
  return [...(before.history ?? []), past].slice(-keptEpisodes);
}

/** How often it came within 14 days, this time included, and how long it lasted; undefined: for the first time. */
export interface Recurrence {
  readonly times: number;
  readonly usuallyMs: number;
  readonly lastNote?: string | undefined;
}

export function recurrenceOf({ history = [] }: Incident, nowMs: number): Recurrence | undefined {
  const lately = history.filter(({ atMs }) => nowMs - atMs <= withinMs);
  if (lately.length === 0) return undefined;
  const lasted = lately.map(({ lastedMs }) => lastedMs).toSorted((a, b) => a - b);
  const lastNote = lately.findLast(({ note }) => note !== undefined)?.note;
  return { times: lately.length + 1, usuallyMs: lasted[Math.floor((lasted.length - 1) / 2)] ?? 0, lastNote };
}
