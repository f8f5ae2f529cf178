import { randomUUID } from "node:crypto";
import type { Config } from "../config/config.ts";
import { wholeOverview } from "../operate/whole-overview.ts";
import type { Probe } from "../probe/probe.ts";
import { measureRun } from "../run/measure.ts";
import { runProbe } from "../run/run-probe.ts";
import { refusalOf, refusals } from "../schedule/admission.ts";
import type { SlotWorker } from "../schedule/queue.ts";
import { type ReconcileReport, startReconciler } from "../schedule/reconciler.ts";
import { dayMs } from "../std/duration.ts";
import { exceptionFields, type Log } from "../std/log.ts";
import type { Store } from "../store/store.ts";
import { attributes as a } from "../telemetry/names.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type Activity, type Checked, healthOf } from "../web/health.ts";
import { serveWeb } from "../web/serve.ts";
import { refuseAddress } from "./address-in-use.ts";
import { openPages } from "./operations.ts";
import { startHealthChecks } from "./health-checks.ts";
import { openHeartbeat } from "./heartbeat.ts";
import { announceProbes, measureQueues, measureReconciliation } from "./measure.ts";
import { startNotifier } from "./notifier.ts";
import { repeat } from "./repeat.ts";
import type { Secrets } from "./secrets.ts";
import type { openQueuesFor } from "./storage.ts";
import { startUpkeep } from "./upkeep.ts";
import { type OpenWorld, openWorld } from "./world.ts";

export type Role = "scheduler" | "worker" | "notifier" | "web";

export interface GenerationOptions {
  readonly log: Log;
  /** Shared with the log, which then hides what is read while the service runs. */
  readonly secrets: Secrets;
  readonly roles: readonly Role[];
  /** The locations whose slots the worker takes; all of the configuration when empty. */
  readonly locations: readonly string[];
  readonly concurrency: number;
  readonly reconcileMs: number;
  readonly listen: Config["listen"] | undefined;
}

/** What lasts as long as the process does, whatever the configuration. */
export interface SharedResources {
  readonly telemetry: Telemetry;
  readonly store: Store;
  readonly queues: Awaited<ReturnType<typeof openQueuesFor>>;
}

/** One configuration at work. */
export interface ConfigGeneration {
  readonly config: Config;
  readonly url: string | undefined;
  nudge(): void;
  /** Closes at once what the next generation needs. `finished` resolves when runs have ended and the rest is closed. */
  end(): Promise<{ readonly finished: Promise<void> }>;
}

/** What the roles of one generation are made of. */
interface Parts extends SharedResources {
  readonly config: Config;
  readonly options: GenerationOptions;
  readonly world: OpenWorld;
  readonly activity: Activity;
  /** Closed at once when the generation ends, so that the next one can begin: what listens and what decides. */
  readonly steering: AsyncDisposableStack;
  /** What takes slots: stopped before everything else. */
  readonly takers: SlotWorker[];
  /** Closed when it has finished what it is doing. */
  readonly working: AsyncDisposableStack;
}

/** Opens everything that depends on the configuration. What was opened is closed again when anything fails. */
export async function openGeneration(
  config: Config,
  options: GenerationOptions,
  shared: SharedResources,
): Promise<ConfigGeneration> {
  const { log, roles, secrets, listen } = options;
  const { store, telemetry } = shared;
  const steering = new AsyncDisposableStack();
  const working = new AsyncDisposableStack();
  try {
    const world = working.adopt(openWorld(store, config, secrets, log, telemetry), (it) => it.close());
    const activity: Activity = {
      startedAtMs: Date.now(),
      roles,
      shortestIntervalMs: shortestInterval(config),
      reconcileMs: options.reconcileMs,
      facts: new Map(),
    };
    const takers: SlotWorker[] = [];
    const parts: Parts = { ...shared, config, options, world, activity, steering, takers, working };
    startRetention(parts);
    const nudge = roles.includes("notifier") ? await startNotifier(working, { ...parts, log, secrets }) : () => {};
    const health = (): Checked => healthOf(activity, Date.now());
    const url = listen === undefined ? undefined : await openWeb(parts, listen, health, nudge);
    if (roles.includes("scheduler")) startScheduler(parts, nudge);
    if (roles.includes("worker")) await startWorkers(parts, nudge);
    const checks = watchHealth(parts);
    steering.defer(() => checks.stop());
    const { heartbeat } = config;
    if (heartbeat !== undefined) {
      const beating = openHeartbeat({ heartbeat, secrets, health, log });
      steering.defer(() => beating.stop());
    }
    return {
      config,
      url,
      nudge,
      async end() {
        // No slot is taken from now on. `working` waits for those that were, and rejects if that fails.
        for (const taker of takers) taker.stop().catch(() => {});
        await steering.disposeAsync();
        return { finished: working.disposeAsync() };
      },
    };
  } catch (error) {
    await steering.disposeAsync();
    await working.disposeAsync();
    throw error;
  }
}

function startRetention({ store, config, options: { log }, working }: Parts): void {
  const failed = (error: unknown): void => log.error("could not delete old runs", exceptionFields(error));
  const daily = repeat(dayMs, () => void store.retain(Date.now(), config.retentionDays).catch(failed));
  working.defer(() => Promise.resolve(daily.stop()));
}

/** Returns the URL at which it listens. */
async function openWeb(
  { config, options: { secrets }, store, queues, telemetry, steering }: Parts,
  listen: Config["listen"],
  health: () => Checked,
  nudge: () => void,
): Promise<string> {
  const troubles = (): readonly string[] => {
    const { reasons, warnings } = health();
    return [...reasons, ...warnings];
  };
  const sources = {
    overview: () => wholeOverview(store, config.probes, Date.now()),
    health,
    metrics: telemetry.scrape,
    observations: store,
    ...openPages({ config, secrets, listenHost: listen.host, store, slots: queues.slots, nudge, troubles }),
  };
  const web = await serveWeb(sources, listen).catch(refuseAddress(listen));
  steering.defer(() => web.close());
  return web.url;
}

function startScheduler(parts: Parts, nudge: () => void): void {
  const { config, store, queues, world, activity, steering } = parts;
  const { log, reconcileMs } = parts.options;
  const { metrics } = parts.telemetry;
  const upkeep = startUpkeep({ config, store, log, reconcileMs, nudge });
  steering.defer(() => upkeep.stop());
  announceProbes(metrics, config.probes);
  const onReport = (report: ReconcileReport): void => {
    activity.reconciled = report;
    upkeep.after(report);
    measureReconciliation(metrics, report);
    measureQueues(metrics, queues, world.clock).catch((error: unknown) =>
      log.warn("could not read queue depth", exceptionFields(error)),
    );
  };
  const reconciler = startReconciler(
    {
      queue: queues.slots,
      store,
      clock: world.clock,
      log,
      holder: randomUUID(),
      probes: config.probes,
      intervalMs: reconcileMs,
    },
    repeat,
    onReport,
  );
  steering.defer(() => reconciler.stop());
}

/** Three checks between two reconciliations. */
function watchHealth({ takers, config, options, store, queues, world, telemetry, activity }: Parts): {
  stop(): Promise<void>;
} {
  const workAt = options.roles.includes("worker") ? locationsOf(config, options) : [];
  return startHealthChecks({
    store,
    queue: queues.slots,
    clock: world.clock,
    metrics: telemetry.metrics,
    log: options.log,
    everyMs: options.reconcileMs / 3,
    roles: [...options.roles.filter((role) => role !== "worker"), ...workAt.map((location) => `worker/${location}`)],
    locations: new Set(config.probes.map(({ location }) => location)),
    activity,
    onClock(agrees) {
      for (const taker of takers) taker.pause(!agrees);
    },
  });
}

/** Where this process works. */
function locationsOf({ probes }: Config, { locations }: GenerationOptions): readonly string[] {
  return locations.length > 0 ? locations : [...new Set(probes.map(({ location }) => location))];
}

/** One worker for each location. */
async function startWorkers({ config, options, queues, working, ...parts }: Parts, nudge: () => void): Promise<void> {
  const probes = new Map(config.probes.map((probe) => [probe.id, probe]));
  const { concurrency, log } = options;
  for (const reason of refusals) parts.telemetry.metrics.record("slotsRefused", 0, { [a.plumblineReason]: reason });
  const work = async (probe: Probe, slotMs: number, takenAtMs: number): Promise<void> => {
    const report = await runProbe(parts.world, probe, slotMs);
    measureRun(parts.telemetry.metrics, report, takenAtMs);
    const { askAgainAtMs } = report;
    if (askAgainAtMs !== undefined) {
      await parts.store.askFor(probe.id, askAgainAtMs);
      await queues.slots.add({ probeId: probe.id, slotMs: askAgainAtMs }, probe.location);
    }
    nudge();
  };
  for (const location of locationsOf(config, options)) {
    const worker = await queues.slots.work(location, concurrency, async (slot) => {
      const { probeId, slotMs } = slot;
      const takenAtMs = Date.now();
      parts.activity.lastConsumedMs = takenAtMs;
      const probe = probes.get(probeId);
      if (probe === undefined) return log.info("ignored slot: its probe is no longer configured", { probe: probeId });
      const reason = await refusalOf(probe, slot, parts.store, takenAtMs);
      if (reason === undefined) return work(probe, slotMs, takenAtMs);
      parts.telemetry.metrics.record("slotsRefused", 1, { [a.plumblineReason]: reason });
      log.warn("ignored slot: the queue has a job for it that it should not have", { probe: probeId, slotMs, reason });
    });
    parts.takers.push(worker);
    working.defer(() => worker.stop());
  }
}

function shortestInterval({ probes }: Config): number {
  return Math.min(dayMs, ...probes.map(({ cadence }) => (cadence.kind === "every" ? cadence.everyMs : dayMs)));
}
