import type { Duty } from "../notify/self-incident.ts";
import type { Probe } from "../probe/probe.ts";
import { formatDurationMs, hourMs } from "../std/duration.ts";
import { type ConcludeStore, type ConcludeWorld, concludeDuty } from "./conclude.ts";

export interface MonitorStore {
  /**
   * When the newest run of each probe ended. A run that was skipped because its probe is paused or a cap is reached
   * counts too: people know of it. Probes without a run are absent.
   */
  lastDone(): Promise<ReadonlyMap<string, number>>;
}

export interface MonitorWorld extends ConcludeWorld {
  readonly store: ConcludeStore & MonitorStore;
  readonly probes: readonly Probe[];
  readonly startedAtMs: number;
}

export const punctuality: Duty = { series: "punctuality", label: "probes run on schedule" };

const patienceIntervals = 3;
const shortestPatienceMs = 60_000;
const cronPatienceMs = 25 * hourMs;
const mostListed = 10;

/** Probes whose newest run is older than three intervals. */
export function lateProbes(
  probes: readonly Probe[],
  lastDone: ReadonlyMap<string, number>,
  startedAtMs: number,
  nowMs: number,
): readonly { readonly id: string; readonly silentMs: number; readonly patienceMs: number }[] {
  return probes.flatMap(({ id, cadence }) => {
    const patienceMs =
      cadence.kind === "every" ? Math.max(patienceIntervals * cadence.everyMs, shortestPatienceMs) : cronPatienceMs;
    const silentMs = nowMs - Math.max(lastDone.get(id) ?? 0, startedAtMs);
    return silentMs > patienceMs ? [{ id, silentMs, patienceMs }] : [];
  });
}

/** One incident for all probes whose newest run is older than three intervals (I7). */
export async function checkMonitor(world: MonitorWorld, nowMs: number): Promise<void> {
  const late = lateProbes(world.probes, await world.store.lastDone(), world.startedAtMs, nowMs);
  const troubles = late.slice(0, mostListed).map(({ id, silentMs, patienceMs }, index) => ({
    subject: id,
    expected: `a run within ${formatDurationMs(patienceMs)}`,
    observed:
      `no run for ${formatDurationMs(silentMs)}` +
      (index === 0 && late.length > 1 ? `, ${late.length} probes in all` : ""),
  }));
  const evidence = { runId: late[0]?.id ?? punctuality.series };
  await concludeDuty(world, { duty: punctuality, troubles, evidence, nowMs });
}
