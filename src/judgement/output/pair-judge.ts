import { pairKey } from "../../baseline/series.ts";
import type { Observation } from "../../observation/observation.ts";
import { isRegimes, type Regime } from "../../scenario/same-model/fingerprint.ts";
import { pairsPerRun } from "../../scenario/same-model/same-as.ts";
import { isNumber, isNumbers, objectOf, optional } from "../../std/check.ts";
import { type Json, toJson } from "../../std/json.ts";
import { minuteText } from "../../std/time.ts";
import { cadenceMs } from "../drift/level/cadence.ts";
import { marginFactorOf } from "../drift/level/false-positives.ts";
import type { Finding, JudgeInput, JudgeOutput } from "../judgement.ts";
import { subjectOf, unjudged } from "../subject.ts";
import { divergence, emptyCell, withAnswer } from "./cell.ts";
import { pairFactors } from "./compare.ts";
import { answersText, distanceText, labelOf, oddsText } from "./describe-change.ts";
import { meanOf, noSums, stepSums, withRecent } from "./evidence.ts";

export const isAboutPairs = (label: string): boolean => label.startsWith(pairKey.label);

/** Two streams of answers to the same questions. */
interface Both {
  readonly candidate: Regime;
  readonly reference: Regime;
}

interface Pairing extends Both {
  readonly v: 1;
  /** Shiryaev-Roberts sums and the largest products of the newest factors, of each bet that they differ. */
  readonly sums: readonly number[];
  readonly runs: readonly number[];
  /** Answers since suspicion was last at rest, how many pairs, and since when. */
  readonly since: Both;
  readonly pairs: number;
  readonly sinceMs: number;
  readonly held?: Held | undefined;
  /** Pages that people marked as false positives, Unix milliseconds. */
  readonly falsePositives?: readonly number[] | undefined;
}

/** A difference that was found. */
interface Held {
  readonly odds: number;
  /** Pairs that it took to find it. */
  readonly took: number;
  /** Pairs since it was last confirmed, and what the bets have won since then. */
  readonly quiet: number;
  readonly won: readonly number[];
}

const isRegime = (stored: unknown): stored is Regime => isRegimes([stored]);
const isBoth = objectOf<Both>({ candidate: isRegime, reference: isRegime });
const isPairing = objectOf<Pairing>({
  v: (stored): stored is 1 => stored === 1,
  candidate: isRegime,
  reference: isRegime,
  sums: isNumbers,
  runs: isNumbers,
  since: isBoth,
  pairs: isNumber,
  sinceMs: isNumber,
  held: optional(objectOf<Held>({ odds: isNumber, took: isNumber, quiet: isNumber, won: isNumbers })),
  falsePositives: optional(isNumbers),
});

const noAnswers: Both = { candidate: {}, reference: {} };
const atRest = 1.5;
/** A difference that lasts wins this much again within about as many pairs as it took to find. */
const confirmedAt = 20;
const patience = 3;
const fewestQuiet = 60;

/**
 * Do a target and its reference still answer alike? If they do, each could have given either answer: the bet is on who gave
 * which, and wins nothing on average, whatever the two distributions are and however they move together.
 */
export function judgePair(input: JudgeInput): JudgeOutput {
  const { memory, done = [], slotMs, policy, cadence } = input;
  const pairs = pairsOf(done);
  if (pairs.length === 0) return unjudged(input, "no answer of both to compare");
  let state: Pairing = readPairing(memory?.state) ?? fresh(noAnswers, slotMs);
  for (const pair of pairs) state = step(state, pair, slotMs);
  const { held } = state;
  const subject = subjectOf(input);
  if (held !== undefined && held.quiet >= Math.max(fewestQuiet, patience * held.took))
    return { ruling: { subject, outcome: "good" }, state: toJson(fresh(state, slotMs)) };
  if (held === undefined && pairEvidence(state, policy, cadence, slotMs) >= 1) {
    const found = { odds: meanOf(state.runs), took: state.pairs, quiet: 0, won: state.sums.map(() => 1) };
    state = { ...state, held: found };
  }
  if (state.held === undefined) return { ruling: { subject, outcome: "good" }, state: toJson(state) };
  const findings = findingsOf(input, state, state.held, done);
  return { ruling: { subject, outcome: "bad", findings, isConfirmed: true }, state: toJson(state) };
}

/** How far the evidence of a difference is: 1 opens an incident. */
export function pairEvidence(
  { sums, falsePositives }: Pick<Pairing, "sums" | "falsePositives">,
  { drift }: JudgeInput["policy"],
  cadence: JudgeInput["cadence"],
  nowMs: number,
): number {
  const pairs = (drift.falsePageEveryMs / cadenceMs(cadence)) * pairsPerRun;
  return meanOf(sums) / pairs ** marginFactorOf(falsePositives, nowMs);
}

export function readPairing(stored: Json | undefined): Pairing | undefined {
  return isPairing(stored) ? stored : undefined;
}

function fresh({ candidate, reference }: Both, sinceMs: number): Pairing {
  return { v: 1, candidate, reference, ...noSums, since: noAnswers, pairs: 0, sinceMs };
}

interface Pair {
  readonly cell: string;
  readonly ofCandidate: string;
  readonly ofReference: string;
}

function pairsOf(done: readonly Observation[]): Pair[] {
  return done.flatMap((second, index) => {
    const first = index % 2 === 1 ? done[index - 1] : undefined;
    const [one, other] = [first, second].map((it) => (it?.outcome.kind === "reply" ? it.outcome.answer : undefined));
    const cell = second.question?.cell;
    if (cell === undefined || one === undefined || other === undefined) return [];
    const isFirst = first?.question?.place === 1;
    return [{ cell, ofCandidate: isFirst ? one : other, ofReference: isFirst ? other : one }];
  });
}

function step(state: Pairing, pair: Pair, slotMs: number): Pairing {
  const { cell, ofCandidate, ofReference } = pair;
  const { candidate, reference, held } = state;
  const [own, other] = [candidate[cell] ?? emptyCell, reference[cell] ?? emptyCell];
  const factors = pairFactors(own, other, ofCandidate, ofReference);
  const next = {
    ...state,
    candidate: { ...candidate, [cell]: withRecent(own, ofCandidate) },
    reference: { ...reference, [cell]: withRecent(other, ofReference) },
    since: counted(state.since, pair),
    pairs: state.pairs + 1,
  };
  if (held !== undefined) {
    const won = held.won.map((of, index) => of * (factors[index] ?? 1));
    const isConfirmed = meanOf(won) >= confirmedAt;
    const after = isConfirmed ? { quiet: 0, won: won.map(() => 1) } : { quiet: held.quiet + 1, won };
    return { ...next, held: { ...held, ...after } };
  }
  const sums = stepSums(state, factors);
  return meanOf(sums.runs) < atRest
    ? { ...next, ...sums, since: noAnswers, pairs: 0, sinceMs: slotMs }
    : { ...next, ...sums };
}

function counted({ candidate, reference }: Both, { cell, ofCandidate, ofReference }: Pair): Both {
  return {
    candidate: { ...candidate, [cell]: withAnswer(candidate[cell] ?? emptyCell, ofCandidate) },
    reference: { ...reference, [cell]: withAnswer(reference[cell] ?? emptyCell, ofReference) },
  };
}

const mostShown = 3;

function findingsOf(
  { target }: JudgeInput,
  { since, sinceMs }: Pairing,
  { odds }: Held,
  done: readonly Observation[],
): Finding[] {
  const reference = target?.sameAs?.name ?? "the reference";
  const apart = Object.entries(since.candidate)
    .map(([cell, own]) => ({ cell, own, other: since.reference[cell] ?? emptyCell }))
    .toSorted((a, b) => b.own.n * divergence(b.own, b.other) - a.own.n * divergence(a.own, a.other))
    .slice(0, mostShown);
  const why = [
    `odds of ${oddsText(odds)} to 1 against chance`,
    distanceText(since.reference, since.candidate),
    namesText(done, reference),
  ]
    .filter((text) => text !== undefined)
    .join("; ");
  const base = { kind: "output", severity: "risky" } as const;
  const whole = {
    subject: `answers beside ${reference}`,
    expected: "alike",
    observed: `different since ${minuteText(sinceMs)}`,
  };
  const questions = apart.map(({ cell, own, other }) => ({
    ...base,
    subject: labelOf(cell),
    expected: `${answersText(other)}, by ${reference}`,
    observed: answersText(own),
  }));
  return [{ ...base, ...whole, why }, ...questions];
}

/** An announced update may reach one of the two first. */
function namesText(done: readonly Observation[], reference: string): string | undefined {
  const [own, other] = [1, 2].map((place) => {
    const last = done.findLast(({ question, outcome }) => question?.place === place && outcome.kind === "reply");
    return last?.outcome.kind === "reply" ? last.outcome.model : undefined;
  });
  if (own === undefined || other === undefined) return undefined;
  return own === other
    ? `replies of both name ${own}`
    : `replies name ${own}, and ${other} at ${reference}: an update may have reached one of them first`;
}
