import type { Probe } from "../probe/probe.ts";
import type { Slot } from "../probe/slot.ts";
import type { Clock } from "../std/clock.ts";
import { exceptionFields, type Log } from "../std/log.ts";
import { type Every, repeatTask } from "../std/repeat.ts";
import { type Accounted, unaccounted } from "./accounting.ts";
import { type JumpWatch, mostSkewMs, skewOf, watchJumps } from "./clock-check.ts";
import { plan } from "./plan.ts";
import type { ScheduleEntry, SlotStore, SlotQueue, Stoppable } from "./queue.ts";
import { reconcile, type ScheduleAction } from "./reconcile.ts";
import type { Timetable } from "./timetable.ts";

export interface ReconcilerWorld {
  readonly queue: Pick<SlotQueue, "clockMs">;
  readonly store: SlotStore;
  readonly timetable: Pick<Timetable, "read">;
  readonly clock: Clock;
  readonly log: Log;
  /** Names this process among those that could repair. */
  readonly holder: string;
  readonly probes: readonly Probe[];
  readonly intervalMs: number;
}

/** What one look has found and done; for readiness. `atMs` is when it began. */
export type ReconcileReport =
  | { readonly kind: "not-elected"; readonly atMs: number }
  | { readonly kind: "skewed"; readonly atMs: number; readonly skewMs: number }
  | {
      readonly kind: "done";
      readonly atMs: number;
      readonly skewMs: number;
      /** Schedules that were made, changed or removed. */
      readonly actions: number;
      readonly missed: number;
      readonly interrupted: number;
      /** False for a while after clock of this machine jumped: nothing is declared missed or interrupted then. */
      readonly isClockSteady: boolean;
    };

/** What a process remembers from look to look. */
export interface ReconcilerMemory {
  readonly accounted: Accounted;
  readonly jumps: JumpWatch;
}

export const newMemory = (clock: Clock): ReconcilerMemory => ({
  accounted: new Map(),
  jumps: watchJumps(clock),
});

const leaseIntervals = 3;
/** A clock that jumps often jumps back: what it says of the past is not written down before that. */
const steadyAfterMs = 120_000;
const mostRowsAtOnce = 5_000;

/**
 * One look at the schedules by the elected process: puts the configuration in force, records what did not run. Never runs a slot
 * late: a slot that is over is recorded as missed, not run. A process whose clock is not the queue's does not even try for election,
 * because it could not repair and would keep others from it.
 */
export async function reconcileOnce(world: ReconcilerWorld, memory: ReconcilerMemory): Promise<ReconcileReport> {
  const { queue, store, timetable, clock, log, holder, intervalMs } = world;
  const atMs = clock.nowMs();
  const jump = memory.jumps.look();
  if (jump !== undefined) log.error("clock of this machine jumped", { ...jump });
  const skewMs = await skewOf(() => queue.clockMs(), clock);
  if (Math.abs(skewMs) > mostSkewMs) {
    log.error("clock skew too large: schedules not reconciled", { skewMs });
    return { kind: "skewed", atMs, skewMs };
  }
  if (!(await store.holdLease("reconciler", holder, leaseIntervals * intervalMs, atMs))) {
    await timetable.read();
    // Somebody else accounts. When they stop, the store says how far they came.
    memory.accounted.clear();
    return { kind: "not-elected", atMs };
  }
  const { entries, actions } = await updateSchedules(world);
  const isClockSteady = memory.jumps.sinceJumpMs() > steadyAfterMs;
  const interrupted = isClockSteady ? await sweep(world, atMs) : 0;
  const missed = isClockSteady ? await recordMissed(world, memory.accounted, entries, actions, atMs) : 0;
  return { kind: "done", atMs, skewMs, actions: actions.length, missed, interrupted, isClockSteady };
}

/** Puts the configuration in force, all changes at once. */
async function updateSchedules({ store, timetable, log, probes }: ReconcilerWorld): Promise<{
  readonly entries: readonly ScheduleEntry[];
  readonly actions: readonly ScheduleAction[];
}> {
  const known = await timetable.read();
  const wanted = plan(probes, known);
  const actions = reconcile(wanted, known);
  if (actions.length === 0) return { entries: known, actions };
  await store.changeSchedules(
    actions.flatMap(({ kind, entry }) => (kind === "remove" ? [] : [entry])),
    actions.flatMap(({ kind, entry }) => (kind === "remove" ? [entry.id] : [])),
  );
  for (const { kind, entry, reason } of actions.slice(0, mostLogged)) {
    log.info("schedule changed", { probe: entry.id, action: kind, reason });
  }
  if (actions.length > mostLogged) log.info("other schedules changed too", { count: actions.length - mostLogged });
  return { entries: await timetable.read(), actions };
}

const mostLogged = 20;

async function sweep({ store, log }: ReconcilerWorld, nowMs: number): Promise<number> {
  const interrupted = await store.sweepInterrupted(nowMs);
  for (const run of interrupted) log.warn("run interrupted: its worker did not finish it", { run });
  return interrupted.length;
}

/** Offers every due slot of the time since the last look; those that have a row keep it. */
async function recordMissed(
  { store, log, probes }: ReconcilerWorld,
  accounted: Accounted,
  schedules: readonly ScheduleEntry[],
  actions: readonly ScheduleAction[],
  nowMs: number,
): Promise<number> {
  const isKnown = probes.every(({ id }) => accounted.has(id));
  const newest = isKnown ? new Map<string, number>() : await store.accountedUntil();
  const actionFor = new Map(actions.map((action) => [action.entry.id, action]));
  const entries = new Map(schedules.map((entry) => [entry.id, entry]));
  let missed = 0;
  let pending: Slot[] = [];
  let complete = new Map<string, number>();
  const write = async (): Promise<void> => {
    missed += await store.recordMissed(pending, complete);
    for (const [probeId, untilMs] of complete) accounted.set(probeId, untilMs);
    pending = [];
    complete = new Map();
  };
  for (const probe of probes) {
    const entry = entries.get(probe.id);
    if (entry === undefined) continue;
    const action = actionFor.get(probe.id);
    const found = unaccounted(probe, entry, action, accounted.get(probe.id), newest.get(probe.id), nowMs);
    pending.push(...found.slots);
    complete.set(probe.id, found.untilMs);
    if (pending.length >= mostRowsAtOnce) await write();
  }
  await write();
  if (missed > 0) log.warn("slots missed: no worker took them in time", { missed });
  return missed;
}

const shortestDeadlineMs = 60_000;

/** Reconciles at once and then at its interval until stopped. */
export function startReconciler(
  world: ReconcilerWorld,
  every: Every,
  onReport: (report: ReconcileReport) => void = () => {},
): Stoppable {
  const { store, holder, intervalMs, log } = world;
  const memory = newMemory(world.clock);
  const run = async (signal: AbortSignal): Promise<void> => {
    const report = await reconcileOnce(world, memory);
    if (!signal.aborted) onReport(report);
  };
  // Longer than the lease: whoever was elected meanwhile does the work.
  const deadlineMs = Math.max(shortestDeadlineMs, leaseIntervals * intervalMs);
  const repetition = repeatTask({ name: "reconcile", everyMs: intervalMs, deadlineMs, run, log }, every);
  repetition.trigger();
  return {
    async stop() {
      await repetition.stop();
      await store
        .releaseLease("reconciler", holder)
        .catch((error: unknown) => log.error("could not release the lease: it will expire", exceptionFields(error)));
    },
  };
}
