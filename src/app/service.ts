import { randomUUID } from "node:crypto";
import { createPoster } from "../notify/deliver/post-undici.ts";
import type { Config } from "../config/config.ts";
import { wholeOverview } from "../operate/whole-overview.ts";
import type { Overview } from "../operate/overview.ts";
import { measureRun } from "../run/measure.ts";
import { runProbe } from "../run/run-probe.ts";
import { watchConfiguration } from "../upkeep/check-configuration.ts";
import type { Stoppable } from "../schedule/queue.ts";
import { type ReconcileReport, startReconciler } from "../schedule/reconciler.ts";
import type { Store } from "../store/store.ts";
import { startTelemetry, type Telemetry } from "../telemetry/telemetry.ts";
import { type Activity, type Health, healthOf } from "../web/health.ts";
import { serveWeb } from "../web/serve.ts";
import { openPages } from "./control.ts";
import { announceProbes, measureQueues, measureReconciliation } from "./measure.ts";
import { aboutThis } from "./log-trouble.ts";
import { startNotifier } from "./notifier.ts";
import { repeat } from "./repeat.ts";
import { openStoreInTime, type SchemaPolicy } from "./schema.ts";
import { createSelfWatch, openHeartbeat } from "./self-watch.ts";
import { openPool, openQueuesFor, type StorageChoice } from "./storage.ts";
import { refuseAddress } from "./address-in-use.ts";
import type { Env, Secrets } from "./secrets.ts";
import { openWorld } from "./world.ts";

export type Role = "scheduler" | "worker" | "notifier" | "web";
export const allRoles: readonly Role[] = ["scheduler", "worker", "notifier", "web"];

export interface ServiceOptions extends SchemaPolicy {
  readonly env: Env;
  /** Shared with the log, which then hides what is read while the service runs. */
  readonly secrets: Secrets;
  readonly storage: StorageChoice;
  readonly roles: readonly Role[];
  /** Whose slots the worker takes; all of the configuration when empty. */
  readonly locations: readonly string[];
  readonly concurrency: number;
  readonly reconcileMs: number;
  readonly listen: Config["listen"] | undefined;
}

export interface Service {
  readonly url: string | undefined;
  overview(): Promise<Overview>;
  /**
   * Goes on with another configuration: what runs is finished with the old one, and the next slot taken with the new
   * one. When the new one can't be put to work, the old one is again, and the promise rejects.
   */
  reload(config: Config): Promise<void>;
  /** Tells of a configuration that can't be taken over, or with undefined that it can be. */
  reportConfiguration(trouble: string | undefined): Promise<void>;
  /** Takes no more work, lets what runs finish, closes everything in the reverse order of opening. */
  stop(): Promise<void>;
}

const dayMs = 86_400_000;

/** What lasts as long as the process does, whatever the configuration. */
interface SharedResources {
  readonly telemetry: Telemetry;
  readonly store: Store;
  readonly queues: Awaited<ReturnType<typeof openQueuesFor>>;
}

/** One configuration at work. */
interface ConfigGeneration {
  readonly config: Config;
  readonly url: string | undefined;
  nudge(): void;
  /** Lets go at once of what the next shift needs, and of the rest when runs are finished: the promise within. */
  end(): Promise<{ readonly finished: Promise<void> }>;
}

/** The composition root: opens what the roles need. What was opened is closed again when anything fails. */
export async function openService(config: Config, options: ServiceOptions): Promise<Service> {
  const { log, storage, roles, env, listen } = options;
  const opened = new AsyncDisposableStack();
  try {
    const telemetry = opened.adopt(await startTelemetry(env, listen !== undefined, aboutThis(log)), (it) => it.stop());
    const pool = opened.adopt(await openPool(storage, log), (it) => it.close());
    const store = await openStoreInTime(pool, options, config.retentionDays);
    const queues = opened.adopt(await openQueuesFor(storage, pool, log, telemetry.queue, store.installation), (it) =>
      it.close(),
    );
    const plant = { telemetry, store, queues };
    let shift = await openGeneration(config, options, plant);
    telemetry.metrics.record("configurationTaken", 1, {});
    const leaving = new Set<Promise<void>>();
    const leave = async (): Promise<void> => {
      const { finished } = await shift.end();
      leaving.add(finished);
      void finished
        .finally(() => leaving.delete(finished))
        .catch(() => log.error("an old configuration did not end well"));
    };
    opened.defer(async () => {
      await leave();
      await Promise.allSettled(leaving);
    });
    // A free port that was found once is kept.
    const again = (): ServiceOptions => ({
      ...options,
      listen: listen && { ...listen, port: portOf(shift.url) ?? listen.port },
    });
    return {
      get url() {
        return shift.url;
      },
      overview: () => store.overview(Date.now()),
      async reload(next) {
        const before = shift;
        const sameAddress = again();
        await leave();
        try {
          shift = await openGeneration(next, sameAddress, plant);
        } catch (error) {
          shift = await openGeneration(before.config, sameAddress, plant);
          throw error;
        }
      },
      async reportConfiguration(trouble) {
        telemetry.metrics.record("configurationTaken", trouble === undefined ? 1 : 0, {});
        if (!roles.includes("scheduler")) return;
        await watchConfiguration(
          store,
          shift.config.receivers.map(({ name }) => name),
          trouble,
          Date.now(),
        );
        shift.nudge();
      },
      stop: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** Everything that depends on the configuration. */
async function openGeneration(
  config: Config,
  options: ServiceOptions,
  { telemetry, store, queues }: SharedResources,
): Promise<ConfigGeneration> {
  const { log, roles, secrets, listen } = options;
  /** Ends at once, so that the next one can begin: what listens and what decides. */
  const steering = new AsyncDisposableStack();
  /** Ends when it has finished what it is doing. */
  const opened = new AsyncDisposableStack();
  const close = async (): Promise<void> => {
    await steering.disposeAsync();
    await opened.disposeAsync();
  };
  try {
    const world = opened.adopt(openWorld(store, config, secrets, log, telemetry), (it) => it.close());
    const activity: Activity = { startedAtMs: Date.now(), roles, shortestIntervalMs: shortestInterval(config) };
    const retention = repeat(
      dayMs,
      () => void store.retain(Date.now(), config.retentionDays).catch(() => log.error("old runs could not be dropped")),
    );
    opened.defer(() => Promise.resolve(retention.stop()));

    const nudge = roles.includes("notifier")
      ? await startNotifier(opened, config, options, store, queues.deliveries, world, telemetry)
      : () => {};
    const health = (): Health => healthOf(activity, Date.now());
    const sources = {
      overview: () => wholeOverview(store, config.probes, Date.now()),
      health,
    };
    const web =
      listen === undefined
        ? undefined
        : await serveWeb(
            {
              ...sources,
              metrics: telemetry.scrape,
              observations: store,
              ...openPages(config, secrets, listen.host, store, queues.slots, nudge),
            },
            listen,
          ).catch(refuseAddress(listen));
    if (web !== undefined) steering.defer(() => web.close());
    if (roles.includes("scheduler")) {
      const selfWatch = createSelfWatch(config, store, log, nudge, repeat);
      stoppable(steering, selfWatch);
      announceProbes(telemetry.metrics, config.probes);
      const onReport = (report: ReconcileReport): void => {
        activity.reconciled = report;
        selfWatch.after(report);
        measureReconciliation(telemetry.metrics, report);
        measureQueues(telemetry.metrics, queues, world.clock).catch(() => log.warn("the queues could not be counted"));
      };
      const reconciler = {
        queue: queues.slots,
        book: store,
        clock: world.clock,
        log,
        holder: randomUUID(),
        probes: config.probes,
        intervalMs: options.reconcileMs,
      };
      stoppable(steering, startReconciler(reconciler, repeat, onReport));
    }
    if (roles.includes("worker")) {
      const probes = new Map(config.probes.map((probe) => [probe.id, probe]));
      const known = [...new Set(config.probes.map(({ location }) => location))];
      for (const location of options.locations.length > 0 ? options.locations : known) {
        const worker = await queues.slots.work(location, options.concurrency, async ({ probeId, slotMs }) => {
          const takenAtMs = Date.now();
          activity.lastConsumedMs = takenAtMs;
          const probe = probes.get(probeId);
          if (probe === undefined)
            return log.info("a slot of a probe that is no longer configured was ignored", { probe: probeId });
          const report = await runProbe(world, probe, slotMs);
          measureRun(telemetry.metrics, report, takenAtMs);
          if (report.askAgainAtMs !== undefined)
            await queues.slots.add({ probeId, slotMs: report.askAgainAtMs }, probe.location);
          nudge();
        });
        stoppable(opened, worker);
      }
    }
    const heartbeat = openHeartbeat(config, secrets, createPoster(), health, store, log, repeat);
    if (heartbeat !== undefined) stoppable(steering, heartbeat);
    return {
      config,
      url: web?.url,
      nudge,
      async end() {
        await steering.disposeAsync();
        return { finished: opened.disposeAsync() };
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function portOf(url: string | undefined): number | undefined {
  return url === undefined ? undefined : Number(new URL(url).port);
}

function stoppable(opened: AsyncDisposableStack, part: Stoppable): void {
  opened.defer(() => part.stop());
}

function shortestInterval({ probes }: Config): number {
  return Math.min(dayMs, ...probes.map(({ cadence }) => (cadence.kind === "every" ? cadence.everyMs : dayMs)));
}
