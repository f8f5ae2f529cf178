import type { Cadence, Probe } from "../probe/probe.ts";
import { type Slot, slotOf } from "../probe/slot.ts";
import { dayMs } from "../std/duration.ts";
import type { ScheduleEntry } from "./queue.ts";
import type { ScheduleAction } from "./reconcile.ts";
import { dueSlots } from "./slots.ts";

/** By probe id: every slot due up to then has a row. What one process knows; the rows themselves are the truth. */
export type Accounted = Map<string, number>;

/** Due slots of one probe that may lack a row, and up to when they are complete. */
export interface Unaccounted {
  readonly probeId: string;
  readonly slots: readonly Slot[];
  readonly untilMs: number;
}

/** After a longer absence only the newest slots are recorded. */
const mostSlotsPerProbe = 1000;

/** When a slot without a row counts as missed. A killed worker's slot comes back to another one within 20 s. */
export function missedAfterMs(cadence: Cadence): number {
  return cadence.kind === "cron" ? 300_000 : Math.min(Math.max(cadence.everyMs, 25_000), 300_000);
}

/**
 * The slots of a probe that should have rows by now. A probe seen for the first time is accounted for from its newest
 * row on, or from now when it has none. `action` is what this look has changed of its schedule.
 */
export function unaccounted(
  probe: Probe,
  entry: ScheduleEntry,
  action: ScheduleAction | undefined,
  accountedMs: number | undefined,
  newestRowMs: number | undefined,
  nowMs: number,
): Unaccounted {
  const known = accountedMs ?? startOf(action, newestRowMs, nowMs) ?? nowMs;
  // A clock that has been set back makes the future of before unknown again.
  const fromMs = Math.min(known, nowMs);
  const was = action?.kind === "replace" ? action.was : undefined;
  // What was due by the old cadence was due until now; the new one has begun now.
  const untilMs = was !== undefined ? nowMs : Math.max(fromMs, nowMs - missedAfterMs(entry.cadence));
  const due = dueSlots(was ?? entry, fromMs, untilMs, mostSlotsPerProbe);
  const slots = due.map((slotMs) => slotOf(probe, slotMs));
  return { probeId: probe.id, slots, untilMs };
}

/** A schedule that is missing: its probe was away for a while, and the last day decides. */
function startOf(
  action: ScheduleAction | undefined,
  newestRowMs: number | undefined,
  nowMs: number,
): number | undefined {
  const isOld = newestRowMs !== undefined && newestRowMs < nowMs - dayMs;
  return action?.reason === "missing" && isOld ? undefined : newestRowMs;
}
