import { randomUUID } from "node:crypto";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { deliverOnce } from "../alert/deliver.ts";
import { createLanes } from "../alert/lanes.ts";
import { createMailer } from "../alert/mail-nodemailer.ts";
import { createPoster } from "../alert/post-undici.ts";
import { type Every, startRelay } from "../alert/relay.ts";
import { startResending } from "../alert/resend.ts";
import type { Config } from "../config/config.ts";
import type { Overview } from "../run/overview.ts";
import { measureRun } from "../run/measure.ts";
import { runProbe } from "../run/run-probe.ts";
import type { Stoppable } from "../schedule/queue.ts";
import { type ReconcileReport, startReconciler } from "../schedule/reconciler.ts";
import type { Log } from "../std/log.ts";
import { openStore, type Store } from "../store/store.ts";
import { startTelemetry, type Telemetry } from "../telemetry/telemetry.ts";
import { type Activity, type Health, healthOf } from "../web/health.ts";
import { serveWeb } from "../web/serve.ts";
import { actionLinksOf } from "./action-links.ts";
import { openPages } from "./control.ts";
import { announceProbes, announceReceivers, measureDelivery, measureQueues, measureReconciliation } from "./measure.ts";
import { aboutThis } from "./about.ts";
import { createSelfWatch, openHeartbeat } from "./self-watch.ts";
import { openPool, openQueuesFor, type StorageChoice } from "./storage.ts";
import { type Env, openWorld, type OpenWorld } from "./world.ts";

export type Role = "scheduler" | "worker" | "notifier" | "web";
export const allRoles: readonly Role[] = ["scheduler", "worker", "notifier", "web"];

export interface ServiceOptions {
  readonly env: Env;
  readonly storage: StorageChoice;
  readonly roles: readonly Role[];
  /** Whose slots the worker takes; all of the configuration when empty. */
  readonly locations: readonly string[];
  readonly concurrency: number;
  readonly reconcileMs: number;
  readonly listen: Config["listen"] | undefined;
  readonly log: Log;
}

export interface Service {
  readonly url: string | undefined;
  overview(): Promise<Overview>;
  /** Takes no more work, lets what runs finish, closes everything in the reverse order of opening. */
  stop(): Promise<void>;
}

const dayMs = 86_400_000;

/** The composition root: opens what the roles need. What was opened is closed again when anything fails. */
export async function openService(config: Config, options: ServiceOptions): Promise<Service> {
  const { log, storage, roles, env, listen } = options;
  const opened = new AsyncDisposableStack();
  try {
    const telemetry = opened.adopt(await startTelemetry(env, listen !== undefined, aboutThis(log)), (it) => it.stop());
    const pool = opened.adopt(await openPool(storage, log), (it) => it.close());
    const store = await openStore(pool, Date.now(), config.retentionDays);
    const queues = opened.adopt(await openQueuesFor(storage, pool, log, telemetry.queue, store.installation), (it) =>
      it.close(),
    );
    const world = opened.adopt(openWorld(store, config, env, log, telemetry), (it) => it.close());
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
    const sources = { overview: () => store.overview(Date.now()), health };
    const web =
      listen === undefined
        ? undefined
        : await serveWeb(
            {
              ...sources,
              metrics: telemetry.scrape,
              ...openPages(config, env, listen.host, store, queues.slots, nudge),
            },
            listen,
          );
    if (web !== undefined) opened.defer(() => web.close());
    if (roles.includes("scheduler")) {
      const selfWatch = createSelfWatch(config, store, log, nudge, repeat);
      stoppable(opened, selfWatch);
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
      stoppable(opened, startReconciler(reconciler, repeat, onReport));
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
          nudge();
        });
        stoppable(opened, worker);
      }
    }
    const heartbeat = openHeartbeat(config, env, createPoster(), health, store, log, repeat);
    if (heartbeat !== undefined) stoppable(opened, heartbeat);
    return { url: web?.url, overview: () => store.overview(Date.now()), stop: () => opened.disposeAsync() };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

async function startNotifier(
  opened: AsyncDisposableStack,
  config: Config,
  { log, env }: ServiceOptions,
  outbox: Store,
  deliveries: Awaited<ReturnType<typeof openQueuesFor>>["deliveries"],
  { clock, random, secret }: OpenWorld,
  { tracer, metrics }: Telemetry,
): Promise<() => void> {
  const lanes = createLanes();
  const receivers = new Map(config.receivers.map((receiver) => [receiver.name, receiver]));
  announceReceivers(metrics, receivers.keys());
  const delivery = {
    links: actionLinksOf(config, env),
    clock,
    random,
    outbox,
    poster: createPoster(),
    mailer: createMailer(),
    receivers,
    lanes,
    secret,
    log,
    tracer,
  };
  // Whichever run woke the relay is not why an alert is sent: each delivery has a trace of its own.
  const enqueue = (id: string, attempt: number): Promise<void> =>
    context.with(ROOT_CONTEXT, () => deliveries.enqueue(id, attempt));
  const relay = startRelay({ outbox, enqueue, clock, lanes, log }, repeat);
  stoppable(opened, relay);
  stoppable(opened, startResending({ ...delivery, standing: outbox }, repeat));
  stoppable(
    opened,
    await deliveries.work(8, async (id) => {
      const attempt = await deliverOnce(delivery, id);
      if (attempt !== undefined) measureDelivery(metrics, attempt);
      relay.nudge();
    }),
  );
  return () => relay.nudge();
}

function stoppable(opened: AsyncDisposableStack, part: Stoppable): void {
  opened.defer(() => part.stop());
}

const repeat: Every = (intervalMs, work) => {
  const timer = setInterval(work, intervalMs);
  return { stop: () => clearInterval(timer) };
};

function shortestInterval({ probes }: Config): number {
  return Math.min(dayMs, ...probes.map(({ cadence }) => (cadence.kind === "every" ? cadence.everyMs : dayMs)));
}
