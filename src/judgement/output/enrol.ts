import { answersOf } from "./samples.ts";
import { axesOf, centersOf, distanceCell, enrolledBands, logprobSamples, topsOf } from "./logprobs.ts";
import type { Observation } from "../../observation/observation.ts";
import {
  batch,
  borderCell,
  ladder,
  mostRequests,
  requestsOf,
  trials,
  wantsOf,
} from "../../scenario/same-model/enrolment.ts";
import type { EnrolledRun, Enrolling, Fingerprint, RunAnswers } from "../../scenario/same-model/fingerprint.ts";
import { isAnswer, isRefused } from "../../scenario/same-model/same-model.ts";
import { emptyCell } from "./cell.ts";
import { regimeOf, regimesOf } from "./regimes.ts";

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
  const runs = isUsed ? [...found.runs, { answers, tops }] : found.runs;
  const next = withoutDull({ ...found, requests, names, searched, borders, runs });
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

/** Fewest answers but the usual one among the trials of a border input. */
const fewestFlips = 2;

/** Without the border inputs that were tried and hardly ever flipped: enrolment searches for others. */
function withoutDull(enrolling: Enrolling): Enrolling {
  const { borders, runs, searched } = enrolling;
  const kept = [...borders.keys()].filter((index) => {
    const { n, counts } =
      regimeOf({ all: runs.flatMap(({ answers }) => answers[borderCell(index)] ?? []) })["all"] ?? emptyCell;
    return n < trials || n - Math.max(...Object.values(counts)) >= fewestFlips;
  });
  if (kept.length === borders.length) return enrolling;
  const renamed = new Map(kept.map((index, place) => [borderCell(index), borderCell(place)]));
  return {
    ...enrolling,
    borders: kept.flatMap((index) => borders[index] ?? []),
    searched: searched + trials * (borders.length - kept.length),
    runs: runs.map(({ answers, tops }) => ({
      tops,
      answers: Object.fromEntries(
        Object.entries(answers).flatMap(([cell, of]) => {
          const name = cell.startsWith("border/") ? renamed.get(cell) : cell;
          return name === undefined ? [] : [[name, of]];
        }),
      ),
    })),
  };
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
  const tops = runs.flatMap((run) => run.tops);
  const axes = axesOf(tops);
  const known = { axes, centers: centersOf(tops, axes) };
  const bands = enrolledBands(tops, known);
  const regimes = regimesOf(runs.map((run) => withLogprobs(run, known, bands.splice(0, run.tops.length))));
  const n = runs.reduce((sum, run) => sum + run.tops.length + Object.values(run.answers).flat().length, 0);
  return { v: 1, variant, letter, borders, regimes, ...known, names, n, fromMs, toMs };
}

/** A list is near to itself: how far it is from the others counts. */
function withLogprobs(
  { answers, tops }: EnrolledRun,
  { axes }: Pick<Fingerprint, "axes">,
  bands: readonly (string | undefined)[],
): RunAnswers {
  const all: Record<string, readonly string[]> = { ...answers };
  const add = (cell: string, answer: string): void => {
    all[cell] = [...(all[cell] ?? []), answer];
  };
  for (const { parts } of tops.flatMap((top) => logprobSamples(top, { axes })))
    for (const { cell, answer } of parts) add(cell, answer);
  for (const band of bands) if (band !== undefined) add(distanceCell, band);
  return all;
}
