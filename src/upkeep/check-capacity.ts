import type { Duty } from "../notify/self-incident.ts";
import { minuteMs } from "../std/duration.ts";
import { type ConcludeStore, type ConcludeWorld, concludeDuty } from "./conclude.ts";

export interface CapacityStore {
  /** Slots since then that were left out because the workers of their location can't keep up. */
  leftOut(sinceMs: number): Promise<readonly { readonly location: string; readonly slots: number }[]>;
}

export interface CapacityWorld extends ConcludeWorld {
  readonly store: ConcludeStore & CapacityStore;
}

const capacity: Duty = { series: "capacity", label: "workers keep up with the schedule" };
const leftOutSpanMs = 5 * minuteMs;

/** One incident while workers get more slots than they can run: those that can't begin in time are left out (I14). */
export async function checkCapacity(world: CapacityWorld, nowMs: number): Promise<void> {
  const places = await world.store.leftOut(nowMs - leftOutSpanMs);
  const troubles = places.map(({ location, slots }) => ({
    subject: `workers at ${location}`,
    expected: "every slot runs in time",
    observed: `workers at ${location} can't keep up: ${slots} slots were dropped within 5 min`,
  }));
  const evidence = { runId: capacity.series };
  await concludeDuty(world, { duty: capacity, troubles, evidence, nowMs });
}
