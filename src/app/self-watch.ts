import { hostname } from "node:os";
import { startHeartbeat } from "../upkeep/heartbeat.ts";
import type { Poster } from "../notify/deliver/poster.ts";
import type { Every } from "../notify/deliver/outbox-poller.ts";
import type { Config } from "../config/config.ts";
import { clockReport, skewText } from "../upkeep/outage-report.ts";
import { put, watchCauses } from "../upkeep/check-outages.ts";
import { sweepIncidents } from "../upkeep/sweep-incidents.ts";
import { createBillingWatch } from "../upkeep/check-billing.ts";
import { watchDigest } from "../upkeep/send-digest.ts";
import { watchFleet } from "../upkeep/check-fleet.ts";
import { watchGroups } from "../upkeep/check-groups.ts";
import { watchObjectives } from "../upkeep/check-slo.ts";
import { watchSpend } from "../upkeep/check-spend.ts";
import { closeOrphans } from "../upkeep/close-orphans.ts";
import { watchPunctuality } from "../upkeep/check-monitor.ts";
import type { Stoppable } from "../schedule/queue.ts";
import type { ReconcileReport } from "../schedule/reconciler.ts";
import { systemClock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import type { Store } from "../store/store.ts";
import type { Health } from "../web/health.ts";
import type { Secrets } from "./secrets.ts";

const tendEveryMs = 5_000;
/** So long after its last look an elected process still counts as elected. */
const electedForMs = 90_000;

/**
 * Watches over the monitor itself after each look of the elected scheduler: incidents that can't resolve any more are
 * closed, once, and probes that do not run become one of ours. In between it does what the clock alone makes of open
 * incidents: common causes, the ends of silences, reminders, escalations.
 */
export function createSelfWatch(config: Config, store: Store, log: Log, nudge: () => void, every: Every) {
  const receivers = config.receivers.map(({ name }) => name);
  const { probes, alerting } = config;
  const world = { book: store, probes, receivers, alerting, startedAtMs: systemClock.nowMs() };
  const watchBilling = createBillingWatch();
  let hasClosed = false;
  let isClockWrong = false;
  let electedUntilMs = 0;
  let working: Promise<void> | undefined;

  const work = (what: () => Promise<void>): void => {
    working ??= what()
      .then(nudge)
      .catch((error: unknown) =>
        log.error("the monitor could not be watched", { error: error instanceof Error ? error.name : "unknown" }),
      )
      .finally(() => {
        working = undefined;
      });
  };

  async function watch(): Promise<void> {
    if (!hasClosed) {
      const closed = await closeOrphans(world, systemClock.nowMs());
      if (closed > 0) log.info("incidents closed: their probe or receiver is no longer configured", { closed });
      hasClosed = true;
    }
    await watchFleet(world, systemClock.nowMs());
    await watchPunctuality(world, systemClock.nowMs());
    await watchSpend(world, systemClock.nowMs());
    await watchObjectives(world, systemClock.nowMs());
    await watchBilling(world, systemClock.nowMs());
    if (isClockWrong) await reportClock(undefined);
    isClockWrong = false;
    if (await watchDigest(world, systemClock.nowMs())) log.info("a day of the digest has ended");
  }

  async function reportClock(trouble: string | undefined): Promise<void> {
    isClockWrong = true;
    const nowMs = systemClock.nowMs();
    await put(world, clockReport(hostname(), trouble, nowMs), [], receivers, nowMs);
  }

  const tending = every(tendEveryMs, () => {
    if (systemClock.nowMs() > electedUntilMs) return;
    work(async () => {
      await watchCauses(world, systemClock.nowMs());
      await watchGroups(world, systemClock.nowMs());
      await sweepIncidents(store, probes, systemClock.nowMs());
    });
  });

  return {
    after(report: ReconcileReport): void {
      const trouble = clockTrouble(report);
      electedUntilMs = report.kind === "done" && trouble === undefined ? report.atMs + electedForMs : 0;
      if (trouble !== undefined) work(() => reportClock(trouble));
      else if (report.kind === "done") work(watch);
    },
    stop: async (): Promise<void> => {
      tending.stop();
      await working;
    },
  };
}

function clockTrouble(report: ReconcileReport): string | undefined {
  switch (report.kind) {
    case "skewed":
      return `${skewText(report.skewMs)} of the queue's`;
    case "done":
      return report.isClockSteady ? undefined : "it has just jumped";
    case "not-elected":
      return undefined;
    default:
      return report satisfies never;
  }
}

/** Undefined when the configuration names no dead man's switch. */
export function openHeartbeat(
  { heartbeat }: Config,
  secrets: Secrets,
  poster: Poster,
  health: () => Health,
  store: Store,
  log: Log,
  every: Every,
): Stoppable | undefined {
  if (heartbeat === undefined) return undefined;
  const { url, everyMs, allowPrivate } = heartbeat;
  const troubles = async (): Promise<readonly string[]> => {
    const { incidents } = await store.overview(systemClock.nowMs());
    // A digest says that a lot is wrong with others.
    const ours = incidents
      .filter(({ kind, group }) => kind === "monitor" && group?.reason !== "rate-limited")
      .map(({ label }) => label);
    return [...health().reasons, ...ours];
  };
  const address = (): string => (typeof url === "string" ? url : secrets.read(url));
  return startHeartbeat({ poster, url: address, everyMs, allowPrivate, troubles, log }, every);
}
