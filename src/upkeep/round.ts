import type { Alerting } from "../probe/alerting.ts";
import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import { hourMs, minuteMs } from "../std/duration.ts";
import { exceptionFields, type Log } from "../std/log.ts";
import { type AccountCheckWorld, checkAccount } from "./check-account.ts";
import { type BlindCheckStore, checkBlindness } from "./check-blindness.ts";
import { type BillingStore, createBillingCheck } from "./check-billing.ts";
import { type CapacityStore, checkCapacity } from "./check-capacity.ts";
import { type FleetStore, checkFleet } from "./check-fleet.ts";
import { checkGroups, type GroupStore } from "./check-groups.ts";
import { checkLimits, type LimitsStore } from "./check-limits.ts";
import { checkMonitor, type MonitorStore } from "./check-monitor.ts";
import { checkOutages, type GroupIncidentStore } from "./check-outages.ts";
import { checkSlo, type SloStore } from "./check-slo.ts";
import { checkSpend, type SpendStore } from "./check-spend.ts";
import { closeOrphans, type OrphanStore } from "./close-orphans.ts";
import type { ConcludeStore } from "./conclude.ts";
import type { DigestStore } from "./digest.ts";
import { sendDigest } from "./send-digest.ts";
import { type SweepStore, sweepIncidents } from "./sweep-incidents.ts";
import { type ReceiverTestStore, testReceivers } from "./test-receivers.ts";

/** One periodic job of the elected process. */
export interface UpkeepJob {
  /** For the log. */
  readonly name: string;
  readonly everyMs: number;
  readonly run: (nowMs: number) => Promise<unknown>;
}

export interface UpkeepWorld extends Pick<AccountCheckWorld, "account"> {
  readonly store: ConcludeStore &
    BillingStore &
    BlindCheckStore &
    CapacityStore &
    DigestStore &
    FleetStore &
    GroupIncidentStore &
    GroupStore &
    LimitsStore &
    MonitorStore &
    OrphanStore &
    ReceiverTestStore &
    SloStore &
    SpendStore &
    SweepStore;
  readonly probes: readonly Probe[];
  /** Names of all configured receivers. */
  readonly receivers: readonly string[];
  readonly alerting: Alerting;
  readonly startedAtMs: number;
  /** How often schedules are reconciled, and so how often checks can find something new. */
  readonly checkEveryMs: number;
  readonly log: Log;
}

export const sweepEveryMs = 5_000;

/** Everything the elected process does beside reconciling schedules, in this order. */
export function upkeepJobs(world: UpkeepWorld): readonly UpkeepJob[] {
  const { store, probes, alerting, checkEveryMs, log } = world;
  const checkBilling = createBillingCheck();
  return [
    {
      name: "close orphans",
      everyMs: Number.POSITIVE_INFINITY,
      async run(nowMs) {
        const closed = await closeOrphans(world, nowMs);
        if (closed > 0) log.info("closed incidents: probe or receiver is no longer configured", { closed });
      },
    },
    { name: "check fleet", everyMs: checkEveryMs, run: (nowMs) => checkFleet(world, nowMs) },
    { name: "check monitor", everyMs: checkEveryMs, run: (nowMs) => checkMonitor(world, nowMs) },
    { name: "check capacity", everyMs: checkEveryMs, run: (nowMs) => checkCapacity(world, nowMs) },
    { name: "check account", everyMs: hourMs, run: (nowMs) => checkAccount(world, nowMs) },
    { name: "check limits", everyMs: checkEveryMs, run: (nowMs) => checkLimits(world, nowMs) },
    { name: "check spend", everyMs: checkEveryMs, run: (nowMs) => checkSpend(world, nowMs) },
    { name: "check slo", everyMs: checkEveryMs, run: (nowMs) => checkSlo(world, nowMs) },
    { name: "check blindness", everyMs: minuteMs, run: (nowMs) => checkBlindness(world, nowMs) },
    { name: "check billing", everyMs: checkEveryMs, run: (nowMs) => checkBilling(world, nowMs) },
    {
      name: "send digest",
      everyMs: checkEveryMs,
      async run(nowMs) {
        if (await sendDigest(world, nowMs)) log.info("daily digest sent");
      },
    },
    {
      name: "test receivers",
      everyMs: checkEveryMs,
      async run(nowMs) {
        if (await testReceivers(world, nowMs))
          log.info("receivers tested", { receivers: alerting.receiverTests?.receivers });
      },
    },
    { name: "check outages", everyMs: sweepEveryMs, run: (nowMs) => checkOutages(world, nowMs) },
    { name: "check groups", everyMs: sweepEveryMs, run: (nowMs) => checkGroups(world, nowMs) },
    { name: "sweep incidents", everyMs: sweepEveryMs, run: (nowMs) => sweepIncidents(store, probes, nowMs) },
  ];
}

/** A job that hung in an abandoned round is left out of the next rounds for this long. */
const hungForMs = 5 * minuteMs;

/**
 * Runs the jobs that are due, one after the other; a job that fails is logged and does not stop the next one. The signal
 * ends a round between two jobs.
 */
export function createRound(
  jobs: readonly UpkeepJob[],
  clock: Clock,
  log: Log,
): (signal: AbortSignal) => Promise<void> {
  const startedMs = new Map<UpkeepJob, number>();
  const running = new Set<UpkeepJob>();
  const isDue = (job: UpkeepJob): boolean => {
    const sinceMs = clock.monotonicMs() - (startedMs.get(job) ?? Number.NEGATIVE_INFINITY);
    return sinceMs >= (running.has(job) ? Math.max(hungForMs, job.everyMs) : job.everyMs);
  };

  return async (signal) => {
    for (const job of jobs) {
      if (signal.aborted) return;
      if (!isDue(job)) continue;
      startedMs.set(job, clock.monotonicMs());
      running.add(job);
      try {
        await job.run(clock.nowMs());
      } catch (error) {
        // It is tried again in the next round, whatever its interval.
        if (job.everyMs === Number.POSITIVE_INFINITY) startedMs.delete(job);
        log.error("upkeep job failed", { job: job.name, ...exceptionFields(error) });
      }
      running.delete(job);
    }
  };
}
