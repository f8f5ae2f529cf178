import type { DeliveryAttempt } from "../alert/outbox.ts";
import type { Probe } from "../probe/probe.ts";
import type { ReconcileReport } from "../schedule/reconciler.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { attributes as a } from "../telemetry/names.ts";

/** How often a probe is due, told by the scheduler, so that a silence can be seen for what it is. */
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
  metrics.record("repairs", report.repaired, {});
  metrics.record("missed", report.missed, {});
  metrics.record("interrupted", report.interrupted, {});
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
