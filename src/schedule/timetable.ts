import type { Clock } from "../std/clock.ts";
import type { ScheduleEntry, SlotJob } from "./queue.ts";
import { isSameEntry } from "./reconcile.ts";
import { dueSlots } from "./slots.ts";

/** The schedules in force, as this process has last read them. */
export interface Timetable {
  entries(): readonly ScheduleEntry[];
  /** What the store has now. Others may change it. */
  read(): Promise<readonly ScheduleEntry[]>;
  /** Whether a slot is on the schedule; the store is asked before it is said to be none. */
  has(slot: SlotJob): Promise<boolean>;
}

/** Forged jobs make nobody read the store more often. */
const shortestReadMs = 1_000;
/** Slots of a schedule that was changed are in the queue for a while. */
const replacedForMs = 10_000;

export function createTimetable(readStore: () => Promise<readonly ScheduleEntry[]>, clock: Clock): Timetable {
  let byId = new Map<string, ScheduleEntry>();
  let entries: readonly ScheduleEntry[] = [];
  let readMs = Number.NEGATIVE_INFINITY;
  let replaced: { readonly entry: ScheduleEntry; readonly untilMs: number }[] = [];
  const isIn = ({ slotMs }: SlotJob, entry: ScheduleEntry | undefined): boolean =>
    entry !== undefined && dueSlots(entry, slotMs - 1, slotMs).includes(slotMs);
  const find = (slot: SlotJob): boolean =>
    isIn(slot, byId.get(slot.probeId)) || replaced.some(({ entry }) => entry.id === slot.probeId && isIn(slot, entry));

  async function read(): Promise<readonly ScheduleEntry[]> {
    const found = await readStore();
    const nowMs = clock.monotonicMs();
    const next = new Map(found.map((entry) => [entry.id, entry]));
    replaced = replaced.filter(({ untilMs }) => untilMs > nowMs);
    for (const entry of entries) {
      const now = next.get(entry.id);
      if (now === undefined || isSameEntry(now, entry)) continue;
      replaced.push({ entry, untilMs: nowMs + replacedForMs });
    }
    const isKept = (entry: ScheduleEntry): boolean => {
      const before = byId.get(entry.id);
      return before !== undefined && isSameEntry(before, entry);
    };
    const isChanged = found.length !== entries.length || !found.every(isKept);
    if (isChanged) [byId, entries] = [next, found];
    readMs = nowMs;
    return entries;
  }

  return {
    entries: () => entries,
    read,
    async has(slot) {
      if (find(slot)) return true;
      if (clock.monotonicMs() - readMs < shortestReadMs) return false;
      await read();
      return find(slot);
    },
  };
}
