import type { Duty } from "../notify/self-incident.ts";
import type { Probe } from "../probe/probe.ts";
import { dueAgainMs, lateAtMs } from "../probe/cadence.ts";
import { formatDurationMs } from "../std/duration.ts";
import { type ConcludeStore, type ConcludeWorld, concludeDuty } from "./conclude.ts";

export interface MonitorStore {
  /**
   * When the newest run of each probe ended. A run that was skipped because its probe is paused or a cap is reached, or
   * left out because workers can't keep up, counts too: people know of it. Probes without a run are absent.
   */
  lastDone(): Promise<ReadonlyMap<string, number>>;
}

export interface MonitorWorld extends ConcludeWorld {
  readonly store: ConcludeStore & MonitorStore;
  readonly probes: readonly Probe[];
  readonly startedAtMs: number;
}

export const punctuality: Duty = { series: "punctuality", label: "probes run on schedule" };

const mostListed = 10;

/** Probes that missed what their own schedule named. */
export function lateProbes(
  probes: readonly Probe[],
  lastDone: ReadonlyMap<string, number>,
  startedAtMs: number,
  nowMs: number,
): readonly { readonly id: string; readonly silentMs: number; readonly dueMs: number }[] {
  return probes.flatMap(({ id, cadence }) => {
    const lastMs = Math.max(lastDone.get(id) ?? 0, startedAtMs);
    const dueMs = dueAgainMs(cadence, lastMs);
    return nowMs > lateAtMs(cadence, lastMs) ? [{ id, silentMs: nowMs - lastMs, dueMs }] : [];
  });
}

/** One incident for all probes that missed what their own schedule named (I7). */
export async function checkMonitor(world: MonitorWorld, nowMs: number): Promise<void> {
  const late = lateProbes(world.probes, await world.store.lastDone(), world.startedAtMs, nowMs);
  const troubles = late.slice(0, mostListed).map(({ id, silentMs, dueMs }, index) => ({
    subject: id,
    expected: `a run at ${new Date(dueMs).toISOString()}`,
    observed:
      `no run for ${formatDurationMs(silentMs)}` +
      (index === 0 && late.length > 1 ? `, ${late.length} probes in all` : ""),
  }));
  const evidence = { runId: late[0]?.id ?? punctuality.series };
  await concludeDuty(world, { duty: punctuality, troubles, evidence, nowMs });
}
