import { topsOf, answersOf, axesOf, binned } from "./samples.ts";
import type { Observation } from "../../observation/observation.ts";
import { batch, ladder, mostRequests, requestsOf, wantsOf } from "../../scenario/same-model/enrolment.ts";
import type { EnrolledRun, Enrolling, Fingerprint, RunAnswers } from "../../scenario/same-model/fingerprint.ts";
import { isAnswer, isRefused } from "../../scenario/same-model/same-model.ts";
import { regimesOf } from "./regimes.ts";

export function beginEnrolling(atMs: number, previous?: Fingerprint): Enrolling {
  const nothing = {
    n: 0,
    of: 1 + Math.ceil(mostRequests / batch),
    requests: 0,
    letter: 0,
    searched: 0,
    borders: [],
    runs: [],
    names: {},
  };
  return { v: 1, ...nothing, fromMs: atMs, previous };
}

/** An enrolment after one more of its runs. */
export function enrol(before: Enrolling, done: readonly Observation[], answerTokens = 48): Enrolling {
  const requests = before.requests + done.length;
  const names = countNames(before.names, done);
  const found = before.variant === undefined ? climb(before, done, answerTokens) : before;
  const { answers, tops } = enrolledRun(done);
  const isUsed = Object.keys(answers).length + tops.length > 0;
  const searched = found.searched + done.filter(({ question }) => question?.cell === "search").length;
  const borders = [...found.borders, ...bordersIn(done)];
  const next = {
    ...found,
    requests,
    names,
    searched,
    borders,
    runs: isUsed ? [...found.runs, { answers, tops }] : found.runs,
  };
  const left = wantsOf(next).reduce((sum, want) => sum + requestsOf(want), 0);
  const n = before.n + 1;
  return { ...next, n, of: n + Math.ceil((next.variant === undefined ? mostRequests : left) / batch) };
}

/** What the first form that was answered shows of the endpoint. */
function climb(before: Enrolling, done: readonly Observation[], answerTokens: number): Enrolling {
  const rungs = done.filter(({ question }) => question?.cell === "ladder");
  const answered = rungs.find(isAnswer);
  const variants = ladder(answerTokens);
  const variant = variants[(answered?.question?.place ?? 0) - 1];
  if (answered === undefined || variant === undefined) {
    const isOver = rungs.length === variants.length && rungs.every(isRefused);
    return isOver
      ? { ...before, refused: `no answer to a one-word question in any form: ${formsText(rungs)}` }
      : before;
  }
  const isReported = answered.outcome.kind === "reply" && answered.outcome.tops !== undefined;
  const letter = answered.question?.drawn ?? 0;
  return { ...before, refused: undefined, letter, variant: { ...variant, logprobs: variant.logprobs && isReported } };
}

/** `400, 400, empty` */
function formsText(rungs: readonly Observation[]): string {
  return rungs
    .map(({ outcome }) =>
      outcome.kind === "fault" ? outcome.class : outcome.status < 300 ? "empty" : String(outcome.status),
    )
    .join(", ");
}

function bordersIn(done: readonly Observation[]): number[] {
  return done.flatMap(({ question, outcome }, index) => {
    const first = done[index - 1]?.outcome;
    if (question?.cell !== "search" || question.place !== 2 || question.drawn === undefined) return [];
    if (outcome.kind !== "reply" || first?.kind !== "reply") return [];
    const isBorder = outcome.answer !== undefined && first.answer !== undefined && outcome.answer !== first.answer;
    return isBorder ? [question.drawn] : [];
  });
}

export function enrolledRun(done: readonly Observation[]): EnrolledRun {
  const answers: Record<string, string[]> = {};
  for (const { parts } of answersOf(done)) for (const { cell, answer } of parts) (answers[cell] ??= []).push(answer);
  return { answers, tops: topsOf(done) };
}

/** Replies name the model and the back end that answered; eight names are enough to see that they vary. */
export function countNames(names: Readonly<Record<string, number>>, done: readonly Observation[]) {
  const counted = { ...names };
  for (const { outcome } of done) {
    if (outcome.kind !== "reply") continue;
    for (const name of [
      outcome.model && `model ${outcome.model}`,
      outcome.upstream && `back end ${outcome.upstream}`,
    ]) {
      if (name === undefined || name === "") continue;
      if (counted[name] !== undefined || Object.keys(counted).length < 8) counted[name] = (counted[name] ?? 0) + 1;
    }
  }
  return counted;
}

/** The baseline of a complete enrolment; undefined: something is still to be asked. */
export function fingerprintOf(enrolling: Enrolling, toMs: number): Fingerprint | undefined {
  const { variant, letter, borders, runs, names, fromMs } = enrolling;
  if (variant === undefined || wantsOf(enrolling).length > 0) return undefined;
  const axes = axesOf(runs.flatMap(({ tops }) => tops));
  const regimes = regimesOf(runs.map((run) => withBins(run, axes)));
  const n = runs.reduce((sum, { answers, tops }) => sum + tops.length + Object.values(answers).flat().length, 0);
  return { v: 1, variant, letter, borders, regimes, axes, names, n, fromMs, toMs };
}

function withBins({ answers, tops }: EnrolledRun, axes: Fingerprint["axes"]): RunAnswers {
  const all: Record<string, readonly string[]> = { ...answers };
  for (const { parts } of tops.map((top) => binned(top, axes)))
    for (const { cell, answer } of parts) all[cell] = [...(all[cell] ?? []), answer];
  return all;
}
