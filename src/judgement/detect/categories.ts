import { z } from "zod";
import { isJsonObject, type Json } from "../../std/json.ts";
import { bitOf, neverSeenBound, noRarer, stepBit, upperBound } from "./bits.ts";
import { isNumbers } from "./numbers.ts";

/** How often each of a few values was seen: `13` → 1440. */
export const countsSchema = z.object({ n: z.number(), counts: z.record(z.string(), z.number()) });
export type Counts = z.infer<typeof countsSchema>;

export interface Categories {
  /** Sums of `something never seen`, then of each known value. */
  sums: number[][];
  alarm?: "new" | "frequency" | null | undefined;
  /** Samples in a row without a value that is new: an alarm ends after three, or a day's worth for frequencies. */
  calm: number;
}

/** A stored state as a copy that may be changed. Checked by hand: it is read at every run. */
export function readCategories(stored: Json | undefined): Categories | undefined {
  if (!isJsonObject(stored)) return undefined;
  const { sums, alarm, calm } = stored;
  if (typeof calm !== "number" || !Array.isArray(sums) || !sums.every((of) => isNumbers(of))) return undefined;
  if (alarm !== undefined && alarm !== null && alarm !== "new" && alarm !== "frequency") return undefined;
  return { sums: (sums as number[][]).map((of) => of.slice()), alarm, calm };
}

export function readCounts(stored: Json | undefined): Counts | undefined {
  if (!isJsonObject(stored)) return undefined;
  const { n, counts } = stored;
  if (typeof n !== "number" || !isJsonObject(counts) || !isNumbers(Object.values(counts))) return undefined;
  return stored as unknown as Counts;
}

const mostValues = 8;
const calmAfterNew = 3;
const calmAfterFrequency = 60;
const shareOfNew = 0.5;

export function freshCategories(): Categories {
  return { sums: [], calm: 0 };
}

export function countIn({ n, counts }: Counts, value: string): Counts {
  return { n: n + 1, counts: { ...counts, [value]: (counts[value] ?? 0) + 1 } };
}

/** More different values than this, or hardly one seen twice: it varies by itself. */
export function isVaried({ n, counts }: Counts): boolean {
  const distinct = Object.values(counts).length;
  return distinct > mostValues || distinct > n / 3;
}

/**
 * One more value: a new one, or known ones in other proportions. Each possibility is a bit with a Shiryaev-Roberts sum
 * of its own; their weighted average is compared with the promise. Changes the state it is given.
 */
export function stepCategories(
  state: Categories,
  known: Counts,
  value: string,
  samples: number,
): "new" | "frequency" | undefined {
  const distinct = Object.values(known.counts).length;
  const isNew = known.counts[value] === undefined;
  const step = (index: number, usual: number, happened: boolean): number =>
    stepBit((state.sums[index] ??= []), bitOf(noRarer(usual, samples)), happened);
  const novelty = step(0, neverSeenBound(known.n), isNew);
  const share = distinct > 1 ? shareOfNew : 1;
  let others = 0;
  if (distinct > 1) {
    for (const [index, it] of Object.keys(known.counts).toSorted().entries()) {
      const usual = upperBound(known.counts[it] ?? 0, known.n);
      others += step(index + 1, usual, it === value) / distinct;
    }
  }
  state.calm = isNew ? 0 : state.calm + 1;
  if (share * novelty + (1 - share) * others >= samples) {
    state.alarm = share * novelty >= (1 - share) * others ? "new" : "frequency";
    state.sums = [];
    state.calm = 0;
  }
  if (state.alarm != null && state.calm >= (state.alarm === "new" ? calmAfterNew : calmAfterFrequency)) {
    state.alarm = null;
  }
  return state.alarm ?? undefined;
}
