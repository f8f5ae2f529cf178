import { randomUUID } from "node:crypto";
import { type ReconcileReport, startReconciler } from "../schedule/reconciler.ts";
import { tickOnce } from "../schedule/tick.ts";
import { startTickWatch } from "../schedule/tick-watch.ts";
import { exceptionFields } from "../std/log.ts";
import { announceProbes, measureQueues, measureReconciliation, measureTick } from "./measure.ts";
import type { Parts } from "./parts.ts";
import { repeat } from "./repeat.ts";
import { startHeartbeat } from "../upkeep/heartbeat.ts";
import type { Checked } from "../web/health.ts";
import { startUpkeep } from "./upkeep.ts";

/** Puts the schedules in force, adds due slots to the queue at each tick, and runs the upkeep while it is elected. */
export async function startScheduler(parts: Parts, health: () => Checked, nudge: () => void): Promise<void> {
  const { config, store, queues, world, timetable, activity, steering, working, takers } = parts;
  const { log, reconcileMs } = parts.options;
  const { clock } = world;
  const { metrics } = parts.telemetry;
  const upkeep = startUpkeep({ config, store, log, metrics, reconcileMs, nudge });
  steering.defer(() => upkeep.stop());
  announceProbes(metrics, config.probes);
  // A counter that begins at 0 shows its first increase.
  metrics.record("repairs", 0, {});
  const locations = [...new Set(config.probes.map(({ location }) => location))];
  const onReport = (report: ReconcileReport): void => {
    activity.reconciled = report;
    upkeep.after(report);
    measureReconciliation(metrics, report);
    measureQueues(metrics, queues, locations, clock).catch((error: unknown) =>
      log.warn("could not read queue depth", exceptionFields(error)),
    );
  };
  const holder = randomUUID();
  const { probes } = config;
  const queue = queues.slots;
  const reconciler = startReconciler(
    { queue, store, timetable, clock, log, holder, probes, intervalMs: reconcileMs },
    repeat,
    onReport,
  );
  steering.defer(() => reconciler.stop());
  const watch = startTickWatch({ queue, clock, log, onRepair: () => metrics.record("repairs", 1, {}) }, repeat);
  steering.defer(() => watch.stop());
  const byId = new Map(probes.map((probe) => [probe.id, probe]));
  const onAdded = (location: string, added: number, shed: number): void => measureTick(metrics, location, added, shed);
  const ticking = await queue.takeTicks(() =>
    tickOnce({ queue, store, timetable, probes: byId, clock, log, onAdded }, parts.ticks),
  );
  takers.push(ticking);
  working.defer(() => ticking.stop());
  const { heartbeat } = config;
  if (heartbeat === undefined) return;
  const troubles = (): readonly string[] => [...health().reasons, ...health().warnings];
  const { startedAtMs } = activity;
  const beating = { store, clock, probes, startedAtMs, everyMs: heartbeat.everyMs, troubles, log };
  const heart = startHeartbeat(beating, repeat, nudge);
  steering.defer(() => heart.stop());
}
