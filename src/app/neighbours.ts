import type { Probe } from "../probe/probe.ts";
import { neighboursOf } from "../run/ask-neighbours.ts";
import type { RunReport } from "../run/run.ts";
import type { TakenSlot } from "../schedule/queue.ts";
import type { NeighbourStore } from "../schedule/admission.ts";

interface NeighbourWorld {
  readonly store: NeighbourStore;
  readonly probes: readonly Probe[];
  /** Adds a slot that was asked for to the queue. */
  readonly enqueue: (probe: Probe, slotMs: number) => Promise<void>;
  /** Wakes whoever sends alerts. */
  readonly nudge: () => void;
  readonly clock: { nowMs(): number };
}

/**
 * Runs the nearest other probes at once when a run finds something new, so that its alert can say who else is affected.
 * The alert waits for them, and goes out as soon as they have answered, or when nobody is asked.
 */
export function createNeighbours({ store, probes, enqueue, nudge, clock }: NeighbourWorld) {
  return async (probe: Probe, { slotMs, origin }: TakenSlot, { newTrouble = [] }: RunReport): Promise<void> => {
    const { most } = probe.alerting.neighbours;
    const nowMs = clock.nowMs();
    const answered = origin === "asked" ? await store.answer(probe.id, slotMs, nowMs) : [];
    // Who was asked asks nobody: questions would spread.
    const others = origin === "schedule" && newTrouble.length > 0 && most > 0 ? neighboursOf(probe, probes) : [];
    const asked =
      others.length === 0
        ? []
        : await store.askNeighbours(
            others.map(({ id }) => id),
            { most, slotMs: nowMs, fingerprints: newTrouble },
          );
    for (const other of others) if (asked.includes(other.id)) await enqueue(other, nowMs);
    const free = asked.length === 0 ? [...answered, ...newTrouble] : answered;
    if (free.length > 0 && (await store.releaseAlerts(free, nowMs))) nudge();
  };
}
