import { isCounts, isNumber, isNumbers, isString, objectOf, optional } from "../../std/check.ts";
import type { Json } from "../../std/json.ts";
import {
  type EnrolledRun,
  type Fingerprint,
  isEnrolledRuns,
  isRegimes,
  type Regime,
} from "../../scenario/same-model/fingerprint.ts";
import { marginFactorOf } from "../drift/level/false-positives.ts";
import { emptyCell, likelihoodOf, type Shares, sharesOf, withAnswer } from "./cell.ts";
import { betsOf, factorsOf, isSums, meanOf, noSums, stepSums, type Sums, withRecent } from "./evidence.ts";
import type { Sample } from "./samples.ts";

/** The state of the judge once there is a baseline. */
export interface Watching {
  readonly v: 1;
  /** As in the baseline, with the answers since then. */
  readonly regimes: readonly Regime[];
  readonly recent: Regime;
  /** Answers and names since suspicion was last at rest, and since when. */
  readonly since: Regime;
  readonly sinceMs: number;
  readonly names: Readonly<Record<string, number>>;
  readonly sums: Readonly<Record<string, Sums>>;
  readonly held?: Held | undefined;
  /** Evidence that what was normal before is normal again. */
  readonly toPrevious?: number | undefined;
  /** Pages that people marked as false positives, Unix milliseconds. */
  readonly falsePositives?: readonly number[] | undefined;
}

/** A change that was found. */
export interface Held {
  readonly instrument: string;
  readonly bet: number;
  readonly odds: number;
  /** Evidence that it is over. */
  readonly back: number;
  /** Answers since then: what a person may accept. */
  readonly runs: readonly EnrolledRun[];
}

const isWatching = objectOf<Watching>({
  v: (stored): stored is 1 => stored === 1,
  regimes: isRegimes,
  recent: (stored): stored is Regime => isRegimes([stored]),
  since: (stored): stored is Regime => isRegimes([stored]),
  sinceMs: isNumber,
  names: isCounts,
  sums: isSums,
  held: optional(
    objectOf<Held>({ instrument: isString, bet: isNumber, odds: isNumber, back: isNumber, runs: isEnrolledRuns }),
  ),
  toPrevious: optional(isNumber),
  falsePositives: optional(isNumbers),
});

export function readWatching(stored: Json | undefined): Watching | undefined {
  return isWatching(stored) ? stored : undefined;
}

export function freshWatching({ regimes }: Pick<Fingerprint, "regimes">, sinceMs: number): Watching {
  return { v: 1, regimes, recent: {}, since: {}, sinceMs, names: {}, sums: {} };
}

const atRest = 1.5;
/** Odds of e^7 to one end a change that was found. */
export const backAt = 7;

/** Answers and the distance of log-probabilities together: another model shows in each of them. */
export const allInstruments = "all";

export function isOf(instrument: string, set: string): boolean {
  return instrument === set || (set === allInstruments && ["choices", "borders", "distance"].includes(instrument));
}

/** The back end that most likely gave the answers of a run learns from them. */
export function learnRun(state: Watching, samples: readonly Sample[]): Watching {
  if (state.held !== undefined) return state;
  const seen = samples.flatMap(({ parts }) => parts);
  const likely = state.regimes.map((regime) =>
    seen.reduce((log, { cell, answer }) => log + Math.log(likelihoodOf(regime, cell, answer)), 0),
  );
  const likeliest = likely.indexOf(Math.max(...likely));
  const regimes = state.regimes.map((regime, index) =>
    index === likeliest ? counted(regime, seen, withAnswer) : regime,
  );
  return { ...state, regimes };
}

/** One more sample. `held` changes its evidence only; nothing is learned meanwhile. */
export function stepSample(state: Watching, { instrument, parts }: Sample, slotMs: number): Watching {
  const { regimes, held } = state;
  const seen = parts.map(({ cell, answer }) => ({
    cell,
    answer,
    shares: sharesOf(regimes, cell),
    recent: state.recent[cell],
  }));
  const factors = factorsOf(instrument, seen);
  const next = {
    ...state,
    recent: counted(state.recent, seen, withRecent),
  };
  if (held !== undefined) {
    const after = isOf(instrument, held.instrument) ? stepBack(held, factors, seen) : held;
    return { ...next, held: after, since: counted(state.since, seen, withAnswer) };
  }
  const sums = { ...state.sums, [instrument]: stepSums(state.sums[instrument] ?? noSums, factors) };
  if (isOf(instrument, allInstruments)) sums[allInstruments] = stepSums(state.sums[allInstruments] ?? noSums, factors);
  const isAtRest = Object.values(sums).every(({ runs }) => meanOf(runs) < atRest);
  const [since, sinceMs] = isAtRest ? [{}, slotMs] : [counted(state.since, seen, withAnswer), state.sinceMs];
  return { ...next, sums, since, sinceMs, names: isAtRest ? {} : state.names };
}

function stepBack(held: Held, factors: readonly number[], seen: readonly { answer: string; shares: Shares }[]): Held {
  const replays = held.instrument === "repeats";
  const fresh = replays
    ? (factors[held.bet] ?? 1)
    : meanOf(seen.map(({ answer, shares }) => (shares.known.has(answer) ? 0.6 : 8)));
  const factor = ((factors[held.bet] ?? 1) + fresh) / 2;
  return { ...held, back: Math.max(0, held.back - Math.log(Math.max(1e-3, factor))) };
}

type Seen = readonly { readonly cell: string; readonly answer: string }[];

function counted(regime: Regime, seen: Seen, add: typeof withAnswer): Regime {
  const after: Record<string, Regime[string]> = { ...regime };
  for (const { cell, answer } of seen) after[cell] = add(after[cell] ?? emptyCell, answer);
  return after;
}

/** Logs of how likely answers were before, over how likely they are now. Border inputs and bins are of one enrolment. */
export function evidenceForPrevious(state: Watching, previous: Fingerprint, { instrument, parts }: Sample): number {
  if (instrument === "borders" || instrument === "logprobs") return 0;
  const of = parts.map(({ cell, answer }) => {
    if (previous.regimes.every((regime) => regime[cell] === undefined)) return 0;
    const before = sharesOf(previous.regimes, cell);
    const now = sharesOf(state.regimes, cell);
    if (!before.known.has(answer) && !now.known.has(answer)) return 0;
    const was = before.known.get(answer) ?? before.fresh / freshAnswers;
    return Math.log(was / (now.most.get(answer) ?? now.mostFresh / freshAnswers));
  });
  return meanOf(of);
}

/** New answers share what is theirs; how many there are is not known. */
const freshAnswers = 8;

/**
 * How far the evidence of each instrument is, by the samples that the promise allows: 1 opens an incident. After false
 * positives the logs of the odds must go further by their factor.
 */
export function evidenceShares(
  { sums, falsePositives }: Pick<Watching, "sums" | "falsePositives">,
  samples: Readonly<Record<string, number>>,
  nowMs: number,
): Record<string, number> {
  const factor = marginFactorOf(falsePositives, nowMs);
  const judged = Object.entries(samples);
  const shares = judged.map(([instrument, of]) => {
    const own = (sums[instrument] ?? noSums).sums;
    const isComplete = own.length >= betsOf(instrument).length;
    return [instrument, isComplete ? meanOf(own) / (of * judged.length) ** factor : 0] as const;
  });
  return Object.fromEntries(shares);
}

/** Whose sums have reached the promise; the largest share first. */
export function alarmOf(
  state: Watching,
  samples: Readonly<Record<string, number>>,
  nowMs: number,
): { readonly instrument: string; readonly bet: number; readonly odds: number } | undefined {
  const [first] = Object.entries(evidenceShares(state, samples, nowMs)).toSorted(([, a], [, b]) => b - a);
  if (first === undefined || first[1] < 1) return undefined;
  const [instrument] = first;
  const { runs } = state.sums[instrument] ?? noSums;
  return { instrument, bet: runs.indexOf(Math.max(...runs)), odds: meanOf(runs) };
}
