import type { Probe } from "../probe/probe.ts";
import { slotOf, toleranceMs } from "../probe/slot.ts";
import type { Clock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import { batchMs } from "./batch.ts";
import { type Capacity, createCapacity } from "./capacity.ts";
import { type Coming, comingAfter, type DueSlot } from "./coming.ts";
import type { ScheduleEntry, SlotQueue, SlotStore } from "./queue.ts";
import type { Timetable } from "./timetable.ts";

export interface TickWorld {
  readonly queue: Pick<SlotQueue, "addAll" | "waiting">;
  readonly store: Pick<SlotStore, "recordMissed">;
  readonly timetable: Pick<Timetable, "entries">;
  readonly probes: ReadonlyMap<string, Probe>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with what was added to one location, and what was left out because its workers can't keep up. */
  readonly onAdded?: (location: string, added: number, shed: number) => void;
}

/** What a process remembers from tick to tick. Slots up to `untilMs` were added. */
export interface TickMemory {
  untilMs?: number;
  coming?: { readonly from: readonly ScheduleEntry[]; readonly coming: Coming } | undefined;
  readonly capacities: Map<string, { readonly capacity: Capacity; ahead: readonly number[]; leavesOut: boolean }>;
}

export const newTickMemory = (): TickMemory => ({ capacities: new Map() });

export const tickEveryMs = 1_000;
/** Slots are in the queue before they are due, so that none waits for a tick, nor for one that is late. */
const aheadMs = 2_500;
/** What other processes had to add and lost with their death is added by the next tick of whoever remembers so far. */
const lookBackMs = 30_000;
const mostAtOnce = 1_000;
const mostMissedAtOnce = 200;

/**
 * Adds every slot that is due soon and was not added yet; one that is there already stays as it is. A tick that fails or
 * is lost is made good by the next. Slots that can't begin in time, by what workers take, are recorded as missed at once.
 */
export async function tickOnce(world: TickWorld, memory: TickMemory): Promise<void> {
  const nowMs = world.clock.nowMs();
  const toMs = endOfWindow(nowMs + aheadMs);
  const entries = world.timetable.entries();
  const wasSetBack = memory.untilMs !== undefined && memory.untilMs > toMs;
  const fromMs = wasSetBack ? nowMs : Math.max(memory.untilMs ?? nowMs, endOfWindow(nowMs - lookBackMs));
  if (memory.coming?.from !== entries || wasSetBack || fromMs !== memory.untilMs) {
    if (memory.coming?.from !== entries) {
      const ids = new Set(entries.map(({ id }) => id));
      for (const { capacity } of memory.capacities.values()) capacity.keepOnly(ids);
    }
    memory.coming = { from: entries, coming: comingAfter(entries, fromMs) };
  }
  const due = memory.coming.coming.takeUntil(toMs).filter(({ slotMs, entry }) => slotMs > nowMs - toleranceMs(entry));
  try {
    for (const [location, slots] of Map.groupBy(due, ({ entry }) => entry.location)) {
      await addTo(world, memory, location, slots, nowMs);
    }
    memory.untilMs = toMs;
  } catch (error) {
    memory.coming = undefined;
    throw error;
  }
}

/** Of the last window that has ended by then: whoever adds the same slots makes the same batches of them. */
function endOfWindow(ms: number): number {
  return Math.floor(ms / batchMs) * batchMs - 1;
}

async function addTo(
  { queue, store, probes, log, onAdded }: TickWorld,
  { capacities }: TickMemory,
  location: string,
  due: readonly DueSlot[],
  nowMs: number,
): Promise<void> {
  const known = capacities.get(location) ?? { capacity: createCapacity(), ahead: [], leavesOut: false };
  capacities.set(location, known);
  const ahead = known.ahead.filter((slotMs) => slotMs > nowMs);
  known.capacity.look(known.ahead.length - ahead.length, await queue.waiting(location), nowMs);
  const { admitted, shed } = known.capacity.admit(due, aheadMs, ahead.length);
  for (let from = 0; from < admitted.length; from += mostAtOnce) {
    await queue.addAll(
      admitted.slice(from, from + mostAtOnce).map(({ probeId, slotMs }) => ({ probeId, slotMs })),
      location,
    );
  }
  known.ahead = [...ahead, ...admitted.map(({ slotMs }) => slotMs)];
  const missed = shed.flatMap(({ probeId, slotMs }) => {
    const probe = probes.get(probeId);
    return probe === undefined ? [] : slotOf(probe, slotMs);
  });
  if (missed.length > 0) {
    // In pieces: the runs of these probes that end just now wait for each.
    for (let from = 0; from < missed.length; from += mostMissedAtOnce) {
      await store.recordMissed(missed.slice(from, from + mostMissedAtOnce), new Map(), "overload");
    }
    // Once for each overload: the metric counts, and an incident says how many.
    if (!known.leavesOut) {
      log.warn("slots left out: workers can't keep up", { location, slots: missed.length, added: admitted.length });
    }
  }
  if (due.length > 0) known.leavesOut = missed.length > 0;
  onAdded?.(location, admitted.length, missed.length);
}
