import type { Alert } from "../compose/alert.ts";

/** A pending entry, as far as it matters for whether a newer one supersedes it. */
export interface WaitingEntry {
  readonly id: string;
  readonly incidentId: string;
  readonly receiver: string;
  readonly sequence: number;
  readonly status: Alert["status"];
  readonly attempts: number;
  readonly createdAtMs: number;
  readonly heldUntilMs?: number | undefined;
  /** It is being delivered just now. */
  readonly isLeased: boolean;
}

/** Entries that another one supersedes: its message lists them, and they are not sent themselves. */
export interface Superseded {
  readonly by: string;
  readonly ids: readonly string[];
}

/** Outages shorter than this are replayed one by one, in order. */
const replayMs = 10 * 60_000;

/**
 * After a long outage of a receiver, or outside its hours, only the latest state is sent, not the backlog. An
 * acknowledgement still follows the alert that it acknowledges, unless that was held until after it: in the
 * morning, one message says what was acknowledged at night.
 */
export function supersededEntries(waiting: readonly WaitingEntry[], nowMs: number): Superseded[] {
  const queues = Map.groupBy(waiting, ({ incidentId, receiver }) => JSON.stringify([incidentId, receiver]));
  return [...queues.values()].flatMap((queue) => {
    const inOrder = queue.toSorted((a, b) => a.sequence - b.sequence);
    const last = inOrder.findLastIndex(({ heldUntilMs = 0 }) => heldUntilMs <= nowMs);
    const newest = inOrder[last];
    const earlier = inOrder.slice(0, Math.max(0, last)).filter(({ isLeased }) => !isLeased);
    if (newest !== undefined && isOverUnsent(newest, inOrder.slice(0, last))) {
      return { by: newest.incidentId, ids: inOrder.slice(0, last + 1).map(({ id }) => id) };
    }
    if (newest === undefined || !earlier.some((entry) => isOld(entry, nowMs))) return [];
    const isNewsToAll = earlier.every((entry) => isUnsent(entry) && (entry.heldUntilMs ?? 0) > newest.createdAtMs);
    const acknowledged =
      newest.status === "acknowledged" && !isNewsToAll
        ? earlier.findLastIndex(({ status }) => status === "firing")
        : -1;
    return [
      supersededBy(earlier[acknowledged], earlier.slice(0, Math.max(0, acknowledged))),
      supersededBy(newest, earlier.slice(acknowledged + 1)),
    ].flat();
  });
}

/** Over before the first message went out, which waited only to say more: then nobody is notified at all. */
function isOverUnsent(newest: WaitingEntry, earlier: readonly WaitingEntry[]): boolean {
  const isFirst = isUnsent(newest) && newest.heldUntilMs === undefined;
  if (newest.status !== "resolved" || !isFirst || earlier.length === 0) return false;
  return earlier.every(
    ({ createdAtMs, heldUntilMs = createdAtMs, ...entry }) =>
      isUnsent(entry) && heldUntilMs > newest.createdAtMs && heldUntilMs - createdAtMs <= longestGatherMs,
  );
}

const isUnsent = ({ attempts, isLeased }: Pick<WaitingEntry, "attempts" | "isLeased">): boolean =>
  attempts === 0 && !isLeased;

/** Working hours begin later than that. */
const longestGatherMs = 5 * 60_000;

function supersededBy(newer: WaitingEntry | undefined, those: readonly WaitingEntry[]): Superseded[] {
  return newer === undefined || those.length === 0 ? [] : [{ by: newer.id, ids: those.map(({ id }) => id) }];
}

function isOld({ attempts, createdAtMs, heldUntilMs }: WaitingEntry, nowMs: number): boolean {
  const wasHeld = heldUntilMs !== undefined && attempts === 0;
  return wasHeld || nowMs - Math.max(createdAtMs, heldUntilMs ?? 0) > replayMs;
}
