import { toleranceMs } from "../probe/slot.ts";
import type { DueSlot } from "./coming.ts";

/** What the workers of one location take of what they are offered. */
export interface Capacity {
  /** Takes note of how many added slots became due since the last look, and how many due ones wait now. */
  look(becameDue: number, waiting: number, nowMs: number): void;
  /** Parts slots, due within that time, into those that can begin soon enough beside `ahead` others, and those that can't. */
  admit(
    due: readonly DueSlot[],
    withinMs: number,
    ahead: number,
  ): { readonly admitted: readonly DueSlot[]; readonly shed: DueSlot[] };
}

/** A slot may wait for this part of its tolerance: what is admitted must not be stale when it is taken. */
const waitShare = 0.25;
const smoothing = 0.3;
const fastestGrowth = 1.1;
const firstPerSecond = 200;
const leastPerSecond = 5;
const mostPerSecond = 1_000_000;

export function createCapacity(): Capacity {
  let perSecond = firstPerSecond;
  let backlog = 0;
  let lookedMs: number | undefined;
  const admittedMs = new Map<string, number>();
  return {
    look(becameDue, waiting, nowMs) {
      const tookS = lookedMs === undefined ? 0 : (nowMs - lookedMs) / 1000;
      if (waiting === 0) {
        perSecond = Math.min(mostPerSecond, perSecond * fastestGrowth);
      } else if (backlog > 0 && tookS > 0) {
        // What workers take while something always waits for them is what they can. Stale slots are taken faster.
        const taken = Math.max(0, backlog + becameDue - waiting) / tookS;
        const measured = perSecond + smoothing * (taken - perSecond);
        perSecond = Math.max(leastPerSecond, Math.min(measured, perSecond * fastestGrowth));
      }
      [backlog, lookedMs] = [waiting, nowMs];
    },
    admit(due, withinMs, ahead) {
      // Whoever was left out the longest goes first: each probe gets its share.
      const fairly = due.toSorted(
        (one, other) => (admittedMs.get(one.probeId) ?? 0) - (admittedMs.get(other.probeId) ?? 0),
      );
      const admitted: DueSlot[] = [];
      const shed: DueSlot[] = [];
      for (const slot of fairly) {
        const doneAfterMs = (1000 * (backlog + ahead + admitted.length)) / perSecond;
        if (doneAfterMs > withinMs + toleranceMs(slot.entry) * waitShare) shed.push(slot);
        else {
          admitted.push(slot);
          admittedMs.set(slot.probeId, slot.slotMs);
        }
      }
      return { admitted, shed };
    },
  };
}
