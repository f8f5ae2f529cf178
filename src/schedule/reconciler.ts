import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import { plan } from "./plan.ts";
import type { MissedSlot, SlotBook, SlotQueue, Stoppable } from "./queue.ts";
import { reconcile, type ScheduleAction } from "./reconcile.ts";
import { dueSlots } from "./slots.ts";

export interface ReconcilerWorld {
  readonly queue: SlotQueue;
  readonly book: SlotBook;
  readonly clock: Clock;
  readonly log: Log;
  /** Names this process among those that could repair. */
  readonly holder: string;
  readonly probes: readonly Probe[];
  readonly intervalMs: number;
}

/** What one look has found and done; for readiness. */
export type ReconcileReport =
  | { readonly kind: "not-elected" }
  | { readonly kind: "skewed"; readonly skewMs: number }
  | { readonly kind: "done"; readonly actions: number; readonly missed: number; readonly interrupted: number };

const mostSkewMs = 2_000;
const shortestGraceMs = 5_000;
/** A slot without a row after this long was not run by anybody. */
const missedAfterMs = 15_000;

/** One look at the schedules by the elected process: repair what stopped, record what did not run. */
export async function reconcileOnce(world: ReconcilerWorld): Promise<ReconcileReport> {
  const { queue, book, clock, log, holder, intervalMs } = world;
  const nowMs = clock.nowMs();
  if (!(await book.holdLease("reconciler", holder, 3 * intervalMs, nowMs))) return { kind: "not-elected" };
  const interrupted = await book.sweepInterrupted(nowMs);
  for (const run of interrupted) log.warn("run interrupted: its worker did not finish it", { run });

  const skewMs = (await queue.clockMs()) - clock.nowMs();
  if (Math.abs(skewMs) > mostSkewMs) {
    log.error("clocks disagree, schedules are left alone: set this machine's or the queue's clock", { skewMs });
    return { kind: "skewed", skewMs };
  }
  const actions = await repairSchedules(world, nowMs);
  const missed = await recordMissed(world, nowMs);
  return { kind: "done", actions, missed, interrupted: interrupted.length };
}

async function repairSchedules({ queue, log, probes }: ReconcilerWorld, nowMs: number): Promise<number> {
  const wanted = plan(probes);
  const locations = [...new Set(wanted.map(({ location }) => location))];
  const actual = (await Promise.all(locations.map((location) => queue.scheduled(location)))).flat();
  const actions = reconcile(wanted, actual, nowMs, shortestGraceMs);
  for (const action of actions) {
    await apply(queue, action);
    log.info("schedule changed", { probe: action.entry.id, action: action.kind, reason: action.reason });
  }
  return actions.length;
}

async function apply(queue: SlotQueue, action: ScheduleAction): Promise<void> {
  const { id, location } = action.entry;
  switch (action.kind) {
    case "upsert":
      return queue.upsert(action.entry);
    case "remove":
      return queue.remove(id, location);
    case "repair":
      await queue.remove(id, location);
      return queue.upsert(action.entry);
    default:
      return action satisfies never;
  }
}

/** Slots since the probe's last row that nobody has told of. A probe that never ran has none. */
async function recordMissed({ book, log, probes }: ReconcilerWorld, nowMs: number): Promise<number> {
  const last = await book.lastSlots();
  const byId = new Map(probes.map((probe) => [probe.id, probe]));
  const slots = plan(probes).flatMap((entry): MissedSlot[] => {
    const probe = byId.get(entry.id);
    const lastSlotMs = last.get(entry.id);
    if (probe === undefined || lastSlotMs === undefined) return [];
    return dueSlots(entry, lastSlotMs, nowMs - missedAfterMs).map((slotMs) => ({
      probeId: probe.id,
      slotMs,
      location: probe.location,
      target: probe.target.name,
      model: probe.target.model,
      scenario: probe.scenario.name,
    }));
  });
  const missed = await book.recordMissed(slots);
  if (missed > 0) log.warn("slots were missed: no worker took them in time", { missed });
  return missed;
}

/** Repeats the look until stopped. `every` calls back in intervals; looks never overlap. */
export function startReconciler(
  world: ReconcilerWorld,
  every: (intervalMs: number, work: () => void) => { stop(): void },
  onReport: (report: ReconcileReport) => void = () => {},
): Stoppable {
  let looking: Promise<void> | undefined;
  const look = (): void => {
    looking ??= reconcileOnce(world)
      .then(onReport, (error: unknown) => {
        world.log.error("the schedules could not be reconciled", {
          error: error instanceof Error ? error.name : "unknown",
        });
      })
      .finally(() => {
        looking = undefined;
      });
  };
  const repetition = every(world.intervalMs, look);
  look();
  return {
    async stop() {
      repetition.stop();
      await looking;
      await world.book.releaseLease("reconciler", world.holder);
    },
  };
}
