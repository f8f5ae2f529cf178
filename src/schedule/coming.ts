import type { ScheduleEntry, SlotJob } from "./queue.ts";
import { nextSlot } from "./slots.ts";

export interface DueSlot extends SlotJob {
  readonly entry: ScheduleEntry;
}

/** Which slots come next. */
export interface Coming {
  /** Slots due by then that were not taken before, oldest first. */
  takeUntil(toMs: number): DueSlot[];
}

/** Begins after a time. Remembers the next slot of each probe, so that a look costs a comparison for most. */
export function comingAfter(entries: readonly ScheduleEntry[], fromMs: number): Coming {
  const nextMs = entries.map((entry) => nextSlot(entry, fromMs) ?? Number.POSITIVE_INFINITY);
  return {
    takeUntil(toMs) {
      const due: DueSlot[] = [];
      for (const [place, entry] of entries.entries()) {
        let slotMs = nextMs[place] ?? Number.POSITIVE_INFINITY;
        if (slotMs > toMs) continue;
        while (slotMs <= toMs) {
          due.push({ probeId: entry.id, slotMs, entry });
          slotMs = nextSlot(entry, slotMs) ?? Number.POSITIVE_INFINITY;
        }
        nextMs[place] = slotMs;
      }
      return due.toSorted((one, other) => one.slotMs - other.slotMs);
    },
  };
}
