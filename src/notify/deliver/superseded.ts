import type { Alert } from "../compose/alert.ts";

/** An entry that has not ended, as far as deciding needs it whether a newer one makes it old news. */
export interface WaitingEntry {
  readonly id: string;
  readonly incidentId: string;
  readonly receiver: string;
  readonly sequence: number;
  readonly status: Alert["status"];
  readonly attempts: number;
  readonly createdAtMs: number;
  readonly heldUntilMs?: number | undefined;
  /** Somebody is just handing it over. */
  readonly isLeased: boolean;
}

/** Entries that another one carries along: they are told of in its message and not sent themselves. */
export interface Carried {
  readonly carrier: string;
  readonly ids: readonly string[];
}

/** Outages shorter than this are replayed one by one, in order. */
const replayMs = 10 * 60_000;

/**
 * After a long outage of a receiver, or of its working hours, the latest state goes out and not the backlog. An
 * acknowledgement follows what it acknowledges.
 */
export function overtaken(waiting: readonly WaitingEntry[], nowMs: number): Carried[] {
  const queues = Map.groupBy(waiting, ({ incidentId, receiver }) => JSON.stringify([incidentId, receiver]));
  return [...queues.values()].flatMap((queue) => {
    const inOrder = queue.toSorted((a, b) => a.sequence - b.sequence);
    const last = inOrder.findLastIndex(({ heldUntilMs = 0 }) => heldUntilMs <= nowMs);
    const newest = inOrder[last];
    const earlier = inOrder.slice(0, Math.max(0, last)).filter(({ isLeased }) => !isLeased);
    if (newest === undefined || !earlier.some((entry) => isOld(entry, nowMs))) return [];
    const acknowledged =
      newest.status === "acknowledged" ? earlier.findLastIndex(({ status }) => status === "firing") : -1;
    return [
      carriedBy(earlier[acknowledged], earlier.slice(0, Math.max(0, acknowledged))),
      carriedBy(newest, earlier.slice(acknowledged + 1)),
    ].flat();
  });
}

function carriedBy(carrier: WaitingEntry | undefined, those: readonly WaitingEntry[]): Carried[] {
  return carrier === undefined || those.length === 0 ? [] : [{ carrier: carrier.id, ids: those.map(({ id }) => id) }];
}

function isOld({ attempts, createdAtMs, heldUntilMs }: WaitingEntry, nowMs: number): boolean {
  const wasHeld = heldUntilMs !== undefined && attempts === 0;
  return wasHeld || nowMs - Math.max(createdAtMs, heldUntilMs ?? 0) > replayMs;
}
