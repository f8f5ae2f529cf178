import { outputKey, pairKey } from "../../baseline/series.ts";
import type { LearnedBaseline, SeriesMemory } from "../../baseline/baseline.ts";
import {
  type Enrolling,
  type Fingerprint,
  readEnrolling,
  readFingerprint,
} from "../../scenario/same-model/fingerprint.ts";
import { sameAs } from "../../scenario/same-model/same-as.ts";
import { watchedShares } from "../../scenario/same-model/same-model.ts";
import { isJsonObject, type Json, toJson } from "../../std/json.ts";
import { previousIn, withPrevious } from "../drift/previous-baseline.ts";
import type { NewNormal } from "../drift/baseline/new-normal.ts";
import { cadenceMs } from "../drift/level/cadence.ts";
import type { Judge, JudgeInput, JudgeOutput, Ruling } from "../judgement.ts";
import { subjectOf, unjudged } from "../subject.ts";
import { findingsOf, returnedFinding } from "./describe-change.ts";
import { beginEnrolling, countNames, enrol, enrolledRun, fingerprintOf } from "./enrol.ts";
import { judgePair } from "./pair-judge.ts";
import { samplesOf } from "./samples.ts";
import {
  alarmOf,
  learnRun,
  backAt,
  evidenceForPrevious,
  freshWatching,
  type Held,
  readWatching,
  stepSample,
  type Watching,
} from "./watching.ts";

/** Do the answers to drawn questions still come from the model that was enrolled? */
export const outputJudge: Judge = {
  aspect: "output",
  seesWholeRuns: true,
  seesFailures: true,
  seriesOf: ({ question }, { name }) => (question === undefined ? [] : [name === sameAs.name ? pairKey : outputKey]),
  judge(input) {
    const known = readFingerprint(input.memory?.baseline?.learned);
    const isPair = input.scenario.name === sameAs.name;
    const output = isPair ? judgePair(input) : known === undefined ? learn(input) : watch(input, known);
    return withFalsePositives(output, input.memory?.state);
  },
};

/** What people said of earlier pages outlives what is learned anew. */
function withFalsePositives(output: JudgeOutput, before: Json | undefined): JudgeOutput {
  const { state } = output;
  if (!isJsonObject(before) || !isJsonObject(state) || before["falsePositives"] === undefined) return output;
  return { ...output, state: { ...state, falsePositives: before["falsePositives"] } };
}

function learn(input: JudgeInput): JudgeOutput {
  const { memory, done = [], slotMs, target } = input;
  const before = readEnrolling(memory?.state) ?? beginEnrolling(slotMs);
  const after = enrol(before, done, target?.answerTokens);
  const learned = fingerprintOf(after, slotMs);
  if (learned === undefined) {
    const { n, of } = after;
    const reason = after.variant === undefined ? after.refused : undefined;
    return { ...unjudged(input, reason ?? `learning, ${n} of ${of}`), state: toJson(after) };
  }
  const accept = {
    learned: withPrevious(learned, after.previous),
    n: learned.n,
    why: `enrolled with ${after.requests} requests`,
  };
  const reason = `learning, ${after.n} of ${after.n}`;
  return { ...unjudged(input, reason), state: toJson(freshWatching(learned, slotMs)), accept };
}

/** A baseline is replaced by one of this many times its answers. */
const growth = 3;
/** Odds of e^10 to one, as for levels. */
const returnedAt = 10;

function watch(input: JudgeInput, known: Fingerprint): JudgeOutput {
  const { memory, done = [], slotMs, policy, cadence } = input;
  const before = readWatching(memory?.state) ?? freshWatching(known, slotMs);
  const samples = samplesOf(done, known);
  if (samples.length === 0) return unjudged(input, "no answer to compare");
  const previous = previousIn(memory?.baseline?.learned, readFingerprint);
  let state: Watching = { ...before, names: countNames(before.names, done) };
  for (const sample of samples) {
    const gain = previous === undefined ? 0 : evidenceForPrevious(state, previous, sample);
    state = { ...stepSample(state, sample, slotMs), toPrevious: Math.max(0, (state.toPrevious ?? 0) + gain) };
  }
  state = learnRun(state, samples);
  if (previous !== undefined && (state.toPrevious ?? 0) >= returnedAt) return returned(input, known, previous);
  if (state.held !== undefined) return goOn(input, known, state);
  const alarm = alarmOf(state, allowedSamples(known, policy, cadence), slotMs);
  if (alarm !== undefined) return goOn(input, known, raise(state, known, alarm));
  const ruling = { subject: subjectOf(input), outcome: "good" } as const;
  return { ruling, state: toJson(state), accept: grown(known, state, memory, slotMs) };
}

/** Samples of each instrument within the time of the promise. */
export function allowedSamples(
  { variant, borders }: Fingerprint,
  { drift }: JudgeInput["policy"],
  cadence: JudgeInput["cadence"],
): Record<string, number> {
  const runs = drift.falsePageEveryMs / cadenceMs(cadence);
  const perRun = Object.entries(watchedShares(variant, borders));
  return Object.fromEntries(perRun.map(([instrument, each]) => [instrument, each * runs]));
}

function raise(state: Watching, { regimes }: Fingerprint, found: NonNullable<ReturnType<typeof alarmOf>>): Watching {
  const held = { ...found, back: 0, runs: [] };
  return { ...state, regimes, sums: {}, held };
}

const mostHeld = 60;

function goOn(input: JudgeInput, known: Fingerprint, state: Watching): JudgeOutput {
  const { slotMs, policy, done = [] } = input;
  const { held } = state;
  const subject = subjectOf(input);
  if (held === undefined || held.back >= backAt) {
    const ruling = { subject, outcome: "good" } as const;
    return { ruling, state: toJson(freshWatching(withRegime(known, held, state), slotMs)) };
  }
  const runs = [...held.runs, enrolledRun(done)].slice(-mostHeld);
  const next = { ...state, held: { ...held, runs } };
  const mayPage = slotMs - known.fromMs >= policy.drift.pageAfterMs;
  const findings = findingsOf(input, known, next, held, mayPage ? "risky" : "informative");
  const ruling: Ruling = { subject, outcome: "bad", findings, isConfirmed: mayPage };
  return { ruling, state: toJson(next) };
}

const mostRegimes = 3;

/** What came and went by itself is one more back end: it is no news when it comes again. */
function withRegime(
  { regimes }: Fingerprint,
  held: Held | undefined,
  { since }: Watching,
): Pick<Fingerprint, "regimes"> {
  const isRoute = held !== undefined && held.instrument !== "repeats" && regimes.length < mostRegimes;
  return { regimes: isRoute ? [...regimes, since] : regimes };
}

/** Back at what was normal before a person accepted the change: that is normal again. */
function returned(input: JudgeInput, known: Fingerprint, previous: Fingerprint): JudgeOutput {
  const accept = {
    learned: withPrevious(previous, known),
    n: previous.n,
    why: "what was normal before is normal again",
  };
  const ruling = { subject: subjectOf(input), outcome: "bad", findings: [returnedFinding(input, known)] } as const;
  return { ruling, state: toJson(freshWatching(previous, input.slotMs)), accept };
}

/** A quiet series knows more and more of what is normal. */
function grown(
  known: Fingerprint,
  { regimes, names, sums }: Watching,
  memory: SeriesMemory | undefined,
  toMs: number,
): LearnedBaseline | undefined {
  const n = regimes.reduce((sum, regime) => sum + Object.values(regime).reduce((all, cell) => all + cell.n, 0), 0);
  const isQuiet = Object.values(sums).every(({ runs }) => runs.every((run) => run < 3));
  if (!isQuiet || n < growth * known.n) return undefined;
  const learned = { ...known, regimes, names: { ...known.names, ...names }, n, toMs };
  return {
    learned: withPrevious(learned, previousIn(memory?.baseline?.learned, readFingerprint)),
    n,
    why: `learned from ${n} answers`,
  };
}

/**
 * "This is normal from now on": a new enrolment that begins with the answers since the change, and what was normal as its
 * previous baseline. undefined: no change is held.
 */
export function acceptOutput({ baseline, state }: Pick<SeriesMemory, "baseline" | "state">): NewNormal | undefined {
  const known = readFingerprint(baseline?.learned);
  const watching = readWatching(state);
  if (known === undefined || watching?.held === undefined) return undefined;
  const begun = beginEnrolling(watching.sinceMs, known);
  const { runs } = watching.held;
  // Border inputs and the noise of log-probabilities are of the model before: they are found anew.
  const answers = runs.map((run) => ({ answers: withoutBorders(run.answers), tops: run.tops }));
  const next: Enrolling = {
    ...begun,
    variant: known.variant,
    letter: known.letter,
    runs: answers,
    names: watching.names,
  };
  return { learned: null, n: 0, state: toJson(next) };
}

function withoutBorders(answers: Enrolling["runs"][number]["answers"]): Enrolling["runs"][number]["answers"] {
  return Object.fromEntries(Object.entries(answers).filter(([cell]) => !cell.startsWith("border/")));
}
