import { nothingFollows } from "../notify/effects.ts";
import type { Conclusion } from "../notify/deliver/outbox.ts";
import { applySelfReport, type Duty, dutyFingerprint } from "../notify/self-incident.ts";
import type { Probe } from "../probe/probe.ts";
import { formatDurationMs } from "../std/duration.ts";
import type { ControlStore } from "../operate/control.ts";

/** What watching over the monitor itself asks of the store. */
export interface MonitorStore extends Pick<ControlStore, "incidents" | "changeIncident"> {
  /** When the newest run of each probe was finished, or skipped because it is paused or a cap is reached, of which people know; probes without one are absent. */
  lastDone(): Promise<ReadonlyMap<string, number>>;
  /** Lets `conclude` decide about the incident of its fingerprint, in one transaction. */
  concludeIncident(conclusion: Conclusion): Promise<void>;
}

export interface WatchWorld {
  readonly book: MonitorStore;
  readonly probes: readonly Probe[];
  /** Names of all receivers that are configured. */
  readonly receivers: readonly string[];
  readonly startedAtMs: number;
}

export const punctuality: Duty = { series: "punctuality", label: "probes run on schedule" };

const patienceIntervals = 3;
const shortestPatienceMs = 60_000;
const cronPatienceMs = 25 * 3_600_000;
const named = 10;

/** Probes whose newest finished run is older than three intervals: one incident of ours for all of them (I7). */
export async function watchPunctuality(
  { book, probes, receivers, startedAtMs }: WatchWorld,
  nowMs: number,
): Promise<void> {
  const done = await book.lastDone();
  const late = probes.flatMap((probe) => {
    const { cadence } = probe;
    const patienceMs =
      cadence.kind === "every" ? Math.max(patienceIntervals * cadence.everyMs, shortestPatienceMs) : cronPatienceMs;
    const silentMs = nowMs - Math.max(done.get(probe.id) ?? 0, startedAtMs);
    return silentMs > patienceMs ? [{ id: probe.id, silentMs, patienceMs }] : [];
  });
  const troubles = late.slice(0, named).map(({ id, silentMs, patienceMs }, index) => ({
    subject: id,
    expected: `a run within ${formatDurationMs(patienceMs)}`,
    observed:
      `no run for ${formatDurationMs(silentMs)}` +
      (index === 0 && late.length > 1 ? `, ${late.length} probes in all` : ""),
  }));
  const evidence = { runId: late[0]?.id ?? punctuality.series };
  await book.concludeIncident({
    fingerprint: dutyFingerprint(punctuality),
    conclude: (before) =>
      before === undefined && troubles.length === 0
        ? nothingFollows
        : applySelfReport(before, { duty: punctuality, troubles, evidence, nowMs }, receivers),
  });
}
