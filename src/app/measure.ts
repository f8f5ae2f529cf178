import type { DeliveryAttempt } from "../notify/deliver/outbox.ts";
import type { Probe } from "../probe/probe.ts";
import type { RunStore } from "../run/world.ts";
import type { Queues } from "../schedule/bullmq.ts";
import type { ReconcileReport } from "../schedule/reconciler.ts";
import type { Clock } from "../std/clock.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { attributes as a } from "../telemetry/names.ts";

/** How often a probe is due, as the scheduler knows it, so that an alert rule can notice a silence. */
export function announceProbes(metrics: Metrics, probes: readonly Probe[]): void {
  for (const { id, target, scenario, location, cadence } of probes) {
    if (cadence.kind !== "every") continue;
    metrics.record("probeInterval", cadence.everyMs / 1000, {
      [a.plumblineProbe]: id,
      [a.plumblineTarget]: target.name,
      [a.plumblineScenario]: scenario.name,
      [a.plumblineLocation]: location,
    });
  }
}

/** One look at the schedules. What was missed is counted by the process that was elected to say so. */
export function measureReconciliation(metrics: Metrics, report: ReconcileReport): void {
  metrics.record("reconciliations", 1, { [a.plumblineOutcome]: report.kind });
  if (report.kind === "not-elected") return;
  metrics.record("clockSkew", report.skewMs / 1000, {});
  if (report.kind === "skewed") return;
  metrics.record("missed", report.missed, {});
  metrics.record("interrupted", report.interrupted, {});
}

/** Slots of one tick, and those that its workers are too slow for. */
export function measureTick(metrics: Metrics, location: string, added: number, shed: number): void {
  metrics.record("slotsAdded", added, { [a.plumblineLocation]: location });
  metrics.record("slotsLeftOut", shed, { [a.plumblineLocation]: location });
}

/** How many jobs the queues hold, and how long the answer took. */
export async function measureQueues(
  metrics: Metrics,
  queues: Pick<Queues, "depths">,
  locations: readonly string[],
  clock: Clock,
): Promise<void> {
  const askedMs = clock.monotonicMs();
  const depths = await queues.depths(locations);
  metrics.record("queueDuration", (clock.monotonicMs() - askedMs) / 1000, {});
  for (const { queue, state, jobs } of depths) {
    metrics.record("queueDepth", jobs, { [a.plumblineQueue]: queue, [a.plumblineState]: state });
  }
}

/** The same store, with a clock beside it. */
export function timedRuns(runs: RunStore, metrics: Metrics, clock: Clock): RunStore {
  const timed = async <T>(operation: "claim" | "commit", work: () => Promise<T>): Promise<T> => {
    const startedMs = clock.monotonicMs();
    try {
      return await work();
    } finally {
      const tookMs = clock.monotonicMs() - startedMs;
      metrics.record("storeDuration", tookMs / 1000, { [a.plumblineOperation]: operation });
    }
  };
  return {
    claim: (request) => timed("claim", () => runs.claim(request)),
    commit: (run, decide, onAway) => timed("commit", () => runs.commit(run, decide, onAway)),
    recall: async (series) => runs.recall?.(series),
    miss: (slot, reason) => runs.miss(slot, reason),
  };
}

const outcomes = ["delivered", "retried", "given-up", "gone", "refused"] as const;

/** A counter that begins at 0 shows its first increase; one that appears with it does not. */
export function announceReceivers(metrics: Metrics, receivers: Iterable<string>): void {
  for (const receiver of receivers) {
    for (const outcome of outcomes) {
      metrics.record("deliveries", 0, { [a.plumblineReceiver]: receiver, [a.plumblineOutcome]: outcome });
    }
  }
}

/** One attempt to hand over an alert. */
export function measureDelivery(
  metrics: Metrics,
  { receiver, outcome, nextDueAtMs, durationMs }: DeliveryAttempt,
): void {
  const failed = nextDueAtMs === undefined ? "given-up" : "retried";
  metrics.record("deliveries", 1, {
    [a.plumblineReceiver]: receiver,
    [a.plumblineOutcome]: outcome.kind === "failed" ? failed : outcome.kind,
  });
  metrics.record("deliveryDuration", durationMs / 1000, { [a.plumblineReceiver]: receiver });
}
