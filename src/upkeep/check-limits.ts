import type { Duty } from "../notify/self-incident.ts";
import { minuteMs } from "../std/duration.ts";
import { type ConcludeStore, type ConcludeWorld, concludeDuty } from "./conclude.ts";

/** A limit of our own machines that kept runs from being judged. */
export interface ReachedLimit {
  readonly location: string;
  /** As it is shown in these runs. */
  readonly reason: string;
  readonly runId: string;
  readonly runs: number;
}

export interface LimitsStore {
  /** Limits that runs of slots since then have met, one entry for each location and limit. */
  reachedLimits(sinceMs: number): Promise<readonly ReachedLimit[]>;
}

export interface LimitsWorld extends ConcludeWorld {
  readonly store: ConcludeStore & LimitsStore;
}

const limits: Duty = { series: "limits", label: "resources of the workers" };
const recentMs = 5 * minuteMs;

/** One incident while workers lack file descriptors, ports or memory: their runs say nothing about the targets (I10). */
export async function checkLimits(world: LimitsWorld, nowMs: number): Promise<void> {
  const reached = await world.store.reachedLimits(nowMs - recentMs);
  const troubles = reached.map(({ location, reason, runs }) => ({
    subject: `worker at ${location}`,
    expected: "enough resources for every run",
    observed: `${reason}; ${runs} runs within 5 min were not judged`,
  }));
  const evidence = { runId: reached[0]?.runId ?? limits.series };
  await concludeDuty(world, { duty: limits, troubles, evidence, nowMs });
}
