import type { Probe } from "../probe/probe.ts";

/** What counting the series that share a promise asks of the store. */
export interface FleetStore {
  /** Counts the series of these probes that may page and have been judged since, and keeps the number for all workers. */
  countPaging(probeIds: readonly string[], sinceMs: number): Promise<number>;
}

/** A series that has not been judged for so long is of a request that is no longer made. */
const currentMs = 7 * 86_400_000;

/** A promise that a whole fleet shares is divided by the series that may page, as many as they are just now. */
export async function watchFleet(
  { book, probes }: { readonly book: FleetStore; readonly probes: readonly Pick<Probe, "id">[] },
  nowMs: number,
): Promise<number> {
  return book.countPaging(
    probes.map(({ id }) => id),
    nowMs - currentMs,
  );
}
