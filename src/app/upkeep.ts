import { hostname } from "node:os";
import type { Config } from "../config/config.ts";
import type { ReconcileReport } from "../schedule/reconciler.ts";
import { systemClock } from "../std/clock.ts";
import type { Log } from "../std/log.ts";
import { repeatTask } from "../std/repeat.ts";
import type { Store } from "../store/store.ts";
import { put } from "../upkeep/check-outages.ts";
import { clockReport, skewText } from "../upkeep/outage-report.ts";
import { createBlindTimes } from "../upkeep/blindness.ts";
import { createAccounts } from "../operate/account.ts";
import { createRound, sweepEveryMs, upkeepJobs } from "../upkeep/round.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createBandMeter } from "./measure-bands.ts";
import { measureState } from "./measure-state.ts";
import { repeat } from "./repeat.ts";

/** A process counts as elected for this long after its last reconciliation. */
const electedForMs = 90_000;
const deadlineMs = 60_000;

export interface UpkeepOptions {
  readonly config: Config;
  readonly store: Store;
  readonly log: Log;
  readonly reconcileMs: number;
  readonly metrics: Metrics;
  /** Called after each round: alerts may have become due. */
  readonly nudge: () => void;
}

/** Runs the upkeep jobs while this process is elected, and reports a wrong clock of this machine, elected or not. */
export function startUpkeep({ config, store, log, metrics, reconcileMs, nudge }: UpkeepOptions, every = repeat) {
  const { probes, alerting } = config;
  const receivers = config.receivers.map(({ name }) => name);
  const startedAtMs = systemClock.nowMs();
  const accounts = createAccounts({ store, clock: systemClock, probes });
  const account = async (fromMs: number, toMs: number) => {
    const found = await accounts.read(fromMs, toMs);
    return "kind" in found ? undefined : found;
  };
  const world = { store, probes, receivers, alerting, startedAtMs, checkEveryMs: reconcileMs, log, account };
  const round = createRound(upkeepJobs(world), systemClock, log);
  const blindTimes = createBlindTimes(store, probes);
  const measureBands = createBandMeter(metrics, store, probes);
  let electedUntilMs = 0;
  /** What is wrong with this machine's clock, until it is reported. */
  let clockTrouble: string | undefined;
  let isClockReported = false;

  const run = async (signal: AbortSignal): Promise<void> => {
    const nowMs = systemClock.nowMs();
    const isElected = nowMs <= electedUntilMs;
    if (clockTrouble !== undefined || (isElected && isClockReported)) {
      const trouble = clockTrouble;
      clockTrouble = undefined;
      await put(world, clockReport(hostname(), trouble, nowMs), [], receivers, nowMs);
      isClockReported = trouble !== undefined;
    }
    if (isElected) await round(signal);
    // Elected or not: a process that is elected no longer must not go on saying what was.
    await measureState(metrics, store, probes, nowMs, blindTimes);
    await measureBands(nowMs);
    nudge();
  };
  const repetition = repeatTask({ name: "upkeep", everyMs: sweepEveryMs, deadlineMs, run, log }, every);

  return {
    /** Takes note of a reconciliation and starts a round if there is something to do. */
    after(report: ReconcileReport): void {
      clockTrouble = clockTroubleIn(report);
      electedUntilMs = report.kind === "done" && clockTrouble === undefined ? report.atMs + electedForMs : 0;
      if (report.kind !== "not-elected") repetition.trigger();
    },
    stop: repetition.stop,
  };
}

function clockTroubleIn(report: ReconcileReport): string | undefined {
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
