import { isNumber, isNumbers, isString, listOf, objectOf, oneOf, optional } from "../../../std/check.ts";
import type { Json } from "../../../std/json.ts";
import { type Bit, backAt, bitOf, evidenceFor, likeliestOf, neverSeenBound, noRarer, stepBit } from "../rate/bits.ts";
import { type Counts, usualShare } from "./counts.ts";

export interface Categories {
  /** Sums of `something never seen`, then of each known value in order, once their usual shares are known. */
  sums: number[][];
  held?: HeldValue | undefined;
  /** How often what was reported has gone by itself. */
  ended?: number | undefined;
}

/** A value that was reported: one never seen before, or a known one that is more frequent than is usual. */
export interface HeldValue {
  kind: "new" | "frequency";
  value: string;
  /** How frequent it was when it was reported, and the evidence for its being back. */
  rate: number;
  back: number;
}

const isCategories = objectOf<Categories>({
  sums: listOf(isNumbers),
  held: optional(
    objectOf<HeldValue>({ kind: oneOf("new", "frequency"), value: isString, rate: isNumber, back: isNumber }),
  ),
  ended: optional(isNumber),
});

/** A stored state as a copy that may be changed. */
export function readCategories(stored: Json | undefined): Categories | undefined {
  if (!isCategories(stored)) return undefined;
  const { sums, held, ended } = stored;
  return { sums: sums.map((of) => of.slice()), held: held && { ...held }, ended };
}

const shareOfNew = 0.5;
const mostUsual = 0.99;

export function freshCategories(): Categories {
  return { sums: [] };
}

/**
 * One more value: a new one, or known ones in other proportions. Each possibility is a bit with a Shiryaev-Roberts sum
 * of its own; their weighted average is compared with the promise. Changes the state it is given. Gives what is reported,
 * from the run that reports it until the evidence says that it is over.
 */
export function stepCategories(
  state: Categories,
  known: Counts,
  value: string,
  samples: number,
): HeldValue | undefined {
  const isNew = known.counts[value] === undefined;
  const novelty = bitOf(noRarer(neverSeenBound(known.n), samples));
  const { held } = state;
  if (held !== undefined) {
    const { usual } = held.kind === "new" ? novelty : (bitOfKnown(known, held.value, samples) ?? novelty);
    const happened = held.kind === "new" ? isNew : held.value === value;
    const chance = Math.min(usual, mostUsual);
    // The rate of a known value was estimated from few runs: half way to it is enough to know that it is not over.
    const rate = held.kind === "new" ? held.rate : (chance + held.rate) / 2;
    const raised = Math.min(mostUsual, Math.max(rate, (1 + chance) / 2));
    held.back = Math.max(0, held.back + evidenceFor(chance, raised, happened));
    if (held.kind === "new" && isNew) held.value = value;
    if (held.back < backAt) return held;
    state.sums = [];
    state.held = undefined;
    state.ended = (state.ended ?? 0) + 1;
    return undefined;
  }

  const sums = (state.sums[0] ??= []);
  const newly = stepBit(sums, novelty, isNew);
  const found = stepShares(state, known, value, samples);
  const share = found === undefined ? 1 : shareOfNew;
  if (share * newly + (1 - share) * (found?.total ?? 0) < samples) return undefined;
  const isOfNew = found === undefined || share * newly >= (1 - share) * found.most.weighed;
  const notified = isOfNew ? { value, rate: likeliestOf(sums, novelty) } : found.most;
  state.sums = [];
  state.held = { kind: isOfNew ? "new" : "frequency", value: notified.value, rate: notified.rate, back: 0 };
  return state.held;
}

/** The bets on each of several known values: their average, and the largest. undefined: none, or too little is known. */
function stepShares(state: Categories, known: Counts, value: string, samples: number) {
  // Blocks are kept of several values only.
  if (known.blocks === undefined) return undefined;
  const values = Object.keys(known.counts);
  values.sort();
  const bits = values.map((it) => bitOfKnown(known, it, samples));
  let total = 0;
  let most = { weighed: 0, value, rate: 1 };
  for (const [index, it] of values.entries()) {
    const bit = bits[index];
    if (bit === undefined) return undefined;
    const sums = (state.sums[index + 1] ??= []);
    const weighed = stepBit(sums, bit, it === value) / values.length;
    total += weighed;
    if (weighed > most.weighed) most = { weighed, value: it, rate: likeliestOf(sums, bit) };
  }
  return { total, most };
}

function bitOfKnown(known: Counts, value: string, samples: number): Bit | undefined {
  const usual = usualShare(known, value);
  return usual === undefined ? undefined : bitOf(noRarer(usual, samples));
}
