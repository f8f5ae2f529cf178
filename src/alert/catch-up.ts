import type { Alert } from "./alert.ts";

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

/** After a long outage of a receiver, or of its working hours, the latest state goes out and not the backlog. */
export function overtaken(waiting: readonly WaitingEntry[], nowMs: number): Carried[] {
  const queues = Map.groupBy(waiting, ({ incidentId, receiver }) => JSON.stringify([incidentId, receiver]));
  return [...queues.values()].flatMap((queue) => {
    const inOrder = queue.toSorted((a, b) => a.sequence - b.sequence);
    const ready = inOrder.filter(({ heldUntilMs = 0 }) => heldUntilMs <= nowMs);
    const carrier = ready.at(-1);
    if (carrier === undefined) return [];
    const needed = carrier.status === "acknowledged" ? ready.findLast(({ status }) => status === "firing") : undefined;
    const ids = inOrder
      .filter((entry) => entry.sequence < carrier.sequence && entry !== needed && isOld(entry, nowMs))
      .map(({ id }) => id);
    return ids.length === 0 ? [] : [{ carrier: carrier.id, ids }];
  });
}

function isOld({ isLeased, attempts, createdAtMs, heldUntilMs }: WaitingEntry, nowMs: number): boolean {
  if (isLeased) return false;
  const wasHeld = heldUntilMs !== undefined && attempts === 0;
  return wasHeld || nowMs - Math.max(createdAtMs, heldUntilMs ?? 0) > replayMs;
}
