import type { SeriesMemory } from "../../../baseline/baseline.ts";
import { isJsonObject, type Json, toJson } from "../../../std/json.ts";
import { previousIn, withPrevious } from "../previous-baseline.ts";
import { type Categories, freshCategories, type HeldValue, readCategories, stepCategories } from "./categories.ts";
import { type Counts, countIn, noCounts, readCounts, without } from "./counts.ts";
import type { NewNormal } from "../baseline/new-normal.ts";
import { cadenceMs } from "../level/cadence.ts";
import type { Finding, JudgeInput, JudgeOutput } from "../../judgement.ts";
import { subjectOf, unjudged } from "../../subject.ts";

/** A baseline is replaced by one of this many times its samples. */
const growth = 2;

/**
 * A number of tokens that is the same for the same request, or one of a few: the baseline is how often each comes.
 * `notes` go with a run that is as usual. undefined: the provider did not report it, which is never 0; that a member is
 * gone is for the contract to say.
 */
export function judgeCounts(input: JudgeInput, value: number | undefined, notes: readonly Finding[]): JudgeOutput {
  if (value === undefined) return unjudged(input, "usage unknown");
  const known = readCounts(input.memory?.baseline?.learned);
  return known === undefined ? learnCounts(input, value) : compareCounts(input, known, String(value), notes);
}

function learnCounts(input: JudgeInput, value: number): JudgeOutput {
  const learned = countIn(countsLearned(input.memory?.state) ?? noCounts, String(value), input.slotMs);
  const { n } = learned;
  const of = input.policy.drift.samples;
  const ruling = { subject: subjectOf(input), outcome: "unjudged", reason: `learning, ${n} of ${of}` } as const;
  if (n < of) return { ruling, state: { v: 2, of, ...storedCounts(learned) } };
  const accept = { learned: storedCounts(learned), n, why: `learned from the first ${n} runs` };
  return { ruling, state: { v: 2 }, accept };
}

function compareCounts(input: JudgeInput, known: Counts, seen: string, notes: readonly Finding[]): JudgeOutput {
  const { memory, policy, cadence, slotMs } = input;
  const before = readWatching(memory?.state);
  const categories = before?.categories ?? freshCategories();
  const held = stepCategories(categories, known, seen, policy.drift.falsePageEveryMs / cadenceMs(cadence));
  const counts = countsAfter(before?.counts ?? known, known, seen, categories, slotMs);
  const previous = previousIn(memory?.baseline?.learned, readCounts);
  const subject = subjectOf(input);
  if (held === undefined && known.counts[seen] !== undefined) {
    const good = { subject, outcome: "good", ...(notes.length > 0 && { notes }) } as const;
    if (counts.n < growth * known.n) return { ruling: good, state: stateOf(categories, counts) };
    const accept = { learned: withPrevious(counts, previous), n: counts.n, why: `learned from ${counts.n} runs` };
    return { ruling: good, state: stateOf({ ...freshCategories(), ended: categories.ended }, counts), accept };
  }
  const finding = findingOf(input, known, seen, held);
  const bad = { subject, outcome: "bad" } as const;
  if (previous !== undefined && held?.kind === "new" && previous.counts[held.value] !== undefined) {
    const accept = {
      learned: withPrevious(previous, known),
      n: previous.n,
      why: "what was normal before is normal again",
    };
    const observed = `${finding.observed}, back to the previous baseline`;
    const back = { ...finding, severity: "informative", observed } as const;
    return { ruling: { ...bad, findings: [back] }, state: stateOf(freshCategories(), previous), accept };
  }
  const heldOut = countIn(before?.heldOut ?? noCounts, seen, slotMs);
  const ruling = { ...bad, findings: [finding], isConfirmed: held !== undefined };
  return { ruling, state: stateOf(categories, counts, heldOut) };
}

function findingOf({ memory, series }: JudgeInput, known: Counts, seen: string, held: HeldValue | undefined): Finding {
  return {
    kind: "usage",
    severity: held === undefined ? "informative" : "risky",
    subject: series.label,
    expected: expectedOf(known),
    observed: held?.kind === "frequency" ? `${held.value} more often` : (held?.value ?? seen),
    baselineVersion: memory?.baseline?.version,
  };
}

/** What has come and gone so often is the series' own: not learned, it would be reported for ever. */
const oftenEnough = 3;

/**
 * What the next baseline may be made of: a new value counts while it is seldom, and no longer when it is reported. What
 * is reported is not learned from, unless it keeps coming and going by itself.
 */
function countsAfter(
  before: Counts,
  known: Counts,
  seen: string,
  { held, ended = 0 }: Categories,
  atMs: number,
): Counts {
  if (held === undefined || ended >= oftenEnough) return countIn(before, seen, atMs);
  return held.kind === "new" && known.counts[held.value] === undefined ? without(before, held.value) : before;
}

function stateOf(categories: Categories, counts: Counts, heldOut?: Counts): Json {
  const rest = heldOut === undefined ? {} : { heldOut: storedCounts(heldOut) };
  return { v: 2, categories: toJson(categories), counts: storedCounts(counts), ...rest };
}

/**
 * "This is normal from now on": the values since the first that was not usual, the old ones as their previous; with too few
 * runs the beginning of a new baseline. undefined: nothing is reported.
 */
export function acceptCounts({ baseline, state }: SeriesMemory, fewest: number): NewNormal | undefined {
  const known = readCounts(baseline?.learned);
  const watching = readWatching(state);
  if (known === undefined || watching?.heldOut === undefined || watching.categories.held === undefined)
    return undefined;
  const { heldOut } = watching;
  if (heldOut.n < fewest) return { learned: null, n: heldOut.n, state: { v: 2, of: fewest, ...storedCounts(heldOut) } };
  return { learned: withPrevious(heldOut, known), n: heldOut.n, state: stateOf(freshCategories(), heldOut) };
}

function storedCounts(counts: Counts): { readonly [field: string]: Json } {
  const stored = toJson(counts);
  return isJsonObject(stored) ? stored : {};
}

function countsLearned(state: Json | undefined): Counts | undefined {
  return isJsonObject(state) && state["v"] === 2 ? readCounts(state) : undefined;
}

interface Watching {
  readonly categories: Categories;
  /** Goes on where the baseline ended: more of the same makes it say more with less. */
  readonly counts: Counts | undefined;
  /** The values since the first that was not usual. */
  readonly heldOut: Counts | undefined;
}

function readWatching(state: Json | undefined): Watching | undefined {
  if (!isJsonObject(state) || state["v"] !== 2) return undefined;
  const categories = readCategories(state["categories"]);
  return categories && { categories, counts: readCounts(state["counts"]), heldOut: readCounts(state["heldOut"]) };
}

function expectedOf({ counts }: Counts): string {
  return Object.keys(counts)
    .toSorted((a, b) => Number(a) - Number(b))
    .join(" or ");
}
