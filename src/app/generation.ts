import type { Config } from "../config/config.ts";
import { wholeOverview } from "../operate/whole-overview.ts";
import type { Probe } from "../probe/probe.ts";
import { measureRun } from "../run/measure.ts";
import { createBlindTimes } from "../upkeep/blindness.ts";
import { runProbe } from "../run/run-probe.ts";
import type { RunStore } from "../run/world.ts";
import { recoverRuns, spooled } from "../run/spool.ts";
import { refusalOf, refusals } from "../schedule/admission.ts";
import type { SlotWorker, TakenSlot } from "../schedule/queue.ts";
import { createTimetable } from "../schedule/timetable.ts";
import { dayMs } from "../std/duration.ts";
import { exceptionFields } from "../std/log.ts";
import { attributes as a } from "../telemetry/names.ts";
import { type Activity, type Checked, healthOf } from "../web/health.ts";
import { servePublic, serveWeb } from "../web/serve.ts";
import { refuseAddress } from "./address-in-use.ts";
import { openNoPages, openPages } from "./operations.ts";
import { idleUntil } from "./idle-until.ts";
import { startHealthChecks } from "./health-checks.ts";
import { createNeighbours } from "./neighbours.ts";
import { startNotifier } from "./notifier.ts";
import type { GenerationOptions, Parts, SharedResources } from "./parts.ts";
import { repeat } from "./repeat.ts";
import { startScheduler } from "./scheduler.ts";
import { openWorld } from "./world.ts";

/** One configuration at work. */
export interface ConfigGeneration {
  readonly config: Config;
  readonly url: string | undefined;
  nudge(): void;
  /** Closes at once what the next generation needs. `finished` resolves when runs have ended and the rest is closed. */
  end(): Promise<{ readonly finished: Promise<void> }>;
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
      idleUntilMs: idleUntil(config.probes.filter(({ location }) => locationsOf(config, options).includes(location))),
      reconcileMs: options.reconcileMs,
      facts: new Map(),
    };
    const takers: SlotWorker[] = [];
    const timetable = createTimetable(() => store.schedules(), world.clock);
    await timetable.read();
    const parts: Parts = { ...shared, config, options, world, timetable, activity, steering, takers, working };
    startRetention(parts);
    const nudge = roles.includes("notifier") ? await startNotifier(working, { ...parts, log, secrets }) : () => {};
    const health = (): Checked => healthOf(activity, Date.now());
    const url = listen === undefined ? undefined : await openWeb(parts, listen, health, nudge);
    if (roles.includes("scheduler")) await startScheduler(parts, health, nudge);
    if (roles.includes("worker")) await startWorkers(parts, nudge);
    const checks = watchHealth(parts);
    steering.defer(() => checks.stop());
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
  { config, options: { secrets, roles }, store, queues, telemetry, steering }: Parts,
  listen: Config["listen"],
  health: () => Checked,
  nudge: () => void,
): Promise<string> {
  const troubles = (): readonly string[] => {
    const { reasons, warnings } = health();
    return [...reasons, ...warnings];
  };
  const pages = { config, secrets, listenHost: listen.host, store, slots: queues.slots, nudge, troubles };
  const blindTimes = createBlindTimes(store, config.probes);
  const sources = {
    overview: (page: number) => wholeOverview(store, config.probes, Date.now(), page, blindTimes),
    health,
    metrics: telemetry.scrape,
    observations: store,
    ...(roles.includes("web") ? openPages(pages) : openNoPages(pages)),
  };
  const web = await serveWeb(sources, listen).catch(refuseAddress(listen));
  steering.defer(() => web.close());
  const { statusListen: open } = config;
  if (open !== undefined && "publicStatus" in sources && sources.publicStatus !== undefined) {
    const publicWeb = await servePublic(sources.publicStatus, open).catch(refuseAddress(open));
    steering.defer(() => publicWeb.close());
  }
  return web.url;
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

/** The same store; whoever sends alerts is woken when a result has some. */
function nudging(runs: RunStore, nudge: () => void): RunStore {
  return {
    ...runs,
    async commit(run, decideIt) {
      const decision = await runs.commit(run, decideIt);
      if (decision !== undefined && decision.outbox.length > 0) nudge();
      return decision;
    },
  };
}

/** One worker for each location. */
async function startWorkers({ config, options, queues, working, ...parts }: Parts, nudge: () => void): Promise<void> {
  const probes = new Map(config.probes.map((probe) => [probe.id, probe]));
  const { concurrency, log } = options;
  const { spool } = parts;
  const onFull = (run: string): void =>
    log.error("the spool is full: results of runs are lost if this process ends", { run });
  const world = { ...parts.world, runs: nudging(spooled(parts.world.runs, spool, onFull), nudge) };
  void recoverRuns(world, spool, probes);
  for (const reason of refusals) parts.telemetry.metrics.record("slotsRefused", 0, { [a.plumblineReason]: reason });
  const enqueue = (probe: Probe, slotMs: number): Promise<void> =>
    queues.slots.add({ probeId: probe.id, slotMs }, probe.location);
  const neighbours = createNeighbours({ ...parts, clock: world.clock, probes: config.probes, enqueue, nudge });
  const ask = async (probe: Probe, slotMs: number): Promise<void> => {
    await parts.store.askFor(probe.id, slotMs);
    await enqueue(probe, slotMs);
  };
  const work = async (slot: TakenSlot, probe: Probe, takenAtMs: number, onClaimed: () => void): Promise<void> => {
    const runs: RunStore = {
      ...world.runs,
      async claim(request) {
        const claimed = await world.runs.claim(request);
        onClaimed();
        return claimed;
      },
    };
    const report = await runProbe({ ...world, runs }, probe, slot.slotMs);
    measureRun(parts.telemetry.metrics, report, takenAtMs);
    if (report.askAgainAtMs !== undefined) await ask(probe, report.askAgainAtMs);
    await neighbours(probe, slot, report);
  };
  for (const location of locationsOf(config, options)) {
    const worker = await queues.slots.work(location, concurrency, async (slot, onClaimed) => {
      const { probeId, slotMs } = slot;
      const takenAtMs = Date.now();
      parts.activity.lastConsumedMs = takenAtMs;
      const probe = probes.get(probeId);
      if (probe === undefined) return log.info("ignored slot: its probe is no longer configured", { probe: probeId });
      const reason = await refusalOf(slot, parts.timetable, parts.store, takenAtMs);
      if (reason === undefined) return work(slot, probe, takenAtMs, onClaimed);
      parts.telemetry.metrics.record("slotsRefused", 1, { [a.plumblineReason]: reason });
      log.warn("ignored slot: nobody scheduled or requested it", { probe: probeId, slotMs, reason });
    });
    parts.takers.push(worker);
    working.defer(() => worker.stop());
  }
}
