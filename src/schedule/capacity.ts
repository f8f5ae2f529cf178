import { toleranceMs } from "../probe/slot.ts";
import type { DueSlot } from "./coming.ts";
import { spread } from "./plan.ts";

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
  /** Forgets every other probe. */
  keepOnly(probeIds: ReadonlySet<string>): void;
}

/** A slot may wait for this part of its tolerance: what is admitted must not be stale when it is taken. */
const waitShare = 0.25;
/** Slots are left out from this part of the longest wait on; half way to it as many are admitted as workers take. */
const fullFrom = 0.5;
const steadyAt = 0.75;
const smoothing = 0.3;
const fastestGrowth = 1.1;
const firstPerSecond = 200;
const leastPerSecond = 5;
const mostPerSecond = 1_000_000;
const mostCredit = 2;

export function createCapacity(): Capacity {
  let perSecond = firstPerSecond;
  let offeredPerSecond: number | undefined;
  let backlog = 0;
  let tookS: number | undefined;
  let lookedMs: number | undefined;
  /** By probe: its share of what was admitted so far, less what it got. */
  const credits = new Map<string, number>();
  return {
    look(becameDue, waiting, nowMs) {
      tookS = lookedMs === undefined ? undefined : (nowMs - lookedMs) / 1000;
      if (waiting === 0) {
        perSecond = Math.min(mostPerSecond, perSecond * fastestGrowth);
      } else if (backlog > 0 && tookS !== undefined && tookS > 0) {
        // What workers take while something always waits for them is what they can. Stale slots are taken faster.
        const taken = Math.max(0, backlog + becameDue - waiting) / tookS;
        const measured = perSecond + smoothing * (taken - perSecond);
        perSecond = Math.max(leastPerSecond, Math.min(measured, perSecond * fastestGrowth));
      }
      [backlog, lookedMs] = [waiting, nowMs];
    },
    admit(due, withinMs, ahead) {
      const offered = due.length / Math.max(0.1, tookS ?? withinMs / 1000);
      offeredPerSecond = (offeredPerSecond ?? offered) + smoothing * (offered - (offeredPerSecond ?? offered));
      const usual = perSecond / Math.max(1, offeredPerSecond);
      const fullness = (others: number, { entry }: DueSlot): number =>
        (1000 * others) / perSecond / (withinMs + toleranceMs(entry) * waitShare);
      const admitted: DueSlot[] = [];
      const shed: DueSlot[] = [];
      // Probes that are due together begin with different credits, so that they are not admitted together.
      for (const { probeId } of due) if (!credits.has(probeId)) credits.set(probeId, spread(credits.size));
      // Whoever got the least of its share goes first.
      const creditOf = ({ probeId }: DueSlot): number => credits.get(probeId) ?? 0;
      for (const slot of due.toSorted((one, other) => creditOf(other) - creditOf(one))) {
        const before = fullness(backlog + ahead, slot);
        const share = before < fullFrom ? 1 : Math.min(1, usual * (1 + steadyAt - before));
        const credit = Math.min(mostCredit, creditOf(slot) + share);
        const isAdmitted = (share === 1 || credit >= 1) && fullness(backlog + ahead + admitted.length, slot) <= 1;
        (isAdmitted ? admitted : shed).push(slot);
        credits.set(slot.probeId, Math.max(-mostCredit, isAdmitted ? credit - 1 : credit));
      }
      return { admitted, shed };
    },
    keepOnly(probeIds) {
      for (const probeId of credits.keys()) if (!probeIds.has(probeId)) credits.delete(probeId);
    },
  };
}
