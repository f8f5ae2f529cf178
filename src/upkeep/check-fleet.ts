import type { Probe } from "../probe/probe.ts";
import { dayMs } from "../std/duration.ts";

/** What counting the series that share the false-page budget needs of the store. */
export interface FleetStore {
  /** Counts the series of these probes that may page and were judged since then, and stores the number for all workers. */
  countPaging(probeIds: readonly string[], sinceMs: number): Promise<number>;
}

/** A series that was not judged for so long belongs to a request that is no longer made. */
const currentMs = 7 * dayMs;

/** Updates how many series share the false-page budget of the whole fleet. */
export async function checkFleet(
  { store, probes }: { readonly store: FleetStore; readonly probes: readonly Pick<Probe, "id">[] },
  nowMs: number,
): Promise<number> {
  return store.countPaging(
    probes.map(({ id }) => id),
    nowMs - currentMs,
  );
}
