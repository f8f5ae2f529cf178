import { meanDeviation, median, robustSpread } from "../../../std/statistics.ts";

/**
 * Two daily harmonics: factors of sin and cos of one and of two turns a day, in logs. After them, of series that have
 * one, the weekend: when in the week it begins, how long it is, and by how much logs lie higher in and outside it. Empty:
 * no season is known.
 */
export type Season = readonly number[];

/** Hours of every week in which a series lies elsewhere, as a provider's do at weekends, whatever zone it lives in. */
export interface Weekend {
  /** When they begin, counted from Thursday 00:00 UTC as Unix time does, and how long they last. */
  readonly fromMs: number;
  readonly lengthMs: number;
  /** By how much the logs lie higher in these hours, on average. */
  readonly depth: number;
}

const dayMs = 86_400_000;
export const weekMs = 7 * dayMs;
const terms = 4;
const huber = 1.5;
const rounds = 6;

export function seasonAt(season: Season, atMs: number): number {
  if (season.length < terms) return 0;
  const daily = dailyAt(season, atMs);
  return season.length === terms ? daily : daily + offsetOf(season, isWeekend(season[4] ?? 0, season[5] ?? 0, atMs));
}

/** The same for a sample: near the edges of a weekend, where nobody knows the minute, of its two levels the closer one. */
export function seasonOf(season: Season, atMs: number, log: number): number {
  if (season.length <= terms) return seasonAt(season, atMs);
  const [fromMs, lengthMs] = [season[4] ?? 0, season[5] ?? 0];
  const isInside = isWeekend(fromMs - edgeMs, lengthMs + 2 * edgeMs, atMs);
  if (isInside === isWeekend(fromMs + edgeMs, lengthMs - 2 * edgeMs, atMs)) return seasonAt(season, atMs);
  const daily = dailyAt(season, atMs);
  const [inside, outside] = [daily + offsetOf(season, true), daily + offsetOf(season, false)];
  return Math.abs(log - inside) < Math.abs(log - outside) ? inside : outside;
}

const edgeMs = 2 * 3_600_000;

function dailyAt(season: Season, atMs: number): number {
  const [sin, cos, sinTwice, cosTwice] = season as readonly [number, number, number, number];
  const turn = turnAt(atMs);
  const [s, c] = [Math.sin(turn), Math.cos(turn)];
  return sin * s + cos * c + 2 * sinTwice * s * c + cosTwice * (1 - 2 * s * s);
}

function offsetOf(season: Season, isInside: boolean): number {
  return season[isInside ? 6 : 7] ?? 0;
}

export function isWeekend(fromMs: number, lengthMs: number, atMs: number): boolean {
  const sinceMs = (atMs - fromMs) % weekMs;
  return (sinceMs < 0 ? sinceMs + weekMs : sinceMs) < lengthMs;
}

/** `outside` is how much higher than before the logs lie outside the weekend. */
export function withWeekend(season: Season, { fromMs, lengthMs, depth }: Weekend, outside: number): Season {
  const daily = season.length === 0 ? noSeason : season.slice(0, terms);
  return [...daily, fromMs, lengthMs, depth + outside, outside].map((value) => Number(value.toFixed(6)));
}

export function weekendOf(season: Season): Weekend | undefined {
  if (season.length <= terms) return undefined;
  const depth = offsetOf(season, true) - offsetOf(season, false);
  return { fromMs: season[4] ?? 0, lengthMs: season[5] ?? 0, depth };
}

const noSeason: Season = [0, 0, 0, 0];

/** The four harmonics at a time of day (UTC). */
export function harmonicsAt(atMs: number): number[] {
  const turn = turnAt(atMs);
  return [Math.sin(turn), Math.cos(turn), Math.sin(2 * turn), Math.cos(2 * turn)];
}

function turnAt(atMs: number): number {
  return (2 * Math.PI * (atMs % dayMs)) / dayMs;
}

/** Regression on rows of harmonics, with residuals clipped at 1.5 spreads (Huber), so that spikes do not bend it. */
export function fitSeason(harmonics: readonly (readonly number[])[], logs: readonly number[]): Season {
  const rows = harmonics.map((row) => [1, ...row]);
  let beta = [median(logs), 0, 0, 0, 0];
  for (let round = 0; round < rounds; round += 1) {
    const residuals = rows.map((row, index) => (logs[index] ?? 0) - dot(row, beta));
    const limit = huber * robustSpread(residuals);
    if (!(limit > 0)) break;
    const step = leastSquares(
      rows,
      residuals.map((residual) => Math.max(-limit, Math.min(limit, residual))),
    );
    if (step === undefined) return [];
    beta = beta.map((value, index) => value + (step[index] ?? 0));
  }
  return beta.slice(1).map((value) => Number(value.toFixed(6)));
}

/**
 * Whether chance explains a season, which would shift few different values off their ranks. `rest`: the days without it, each as
 * means of hours. A level that moves slowly seems to have a season on any few days, so means that resemble their neighbors
 * count as fewer. What differs between days, such as a weekend, is left out.
 */
export function isByChance(season: Season, rest: readonly (readonly number[])[]): boolean {
  let [squares, products] = [0, 0];
  const all = rest.flatMap((day) => {
    const mean = day.reduce((sum, value) => sum + value, 0) / day.length;
    const centered = day.map((value) => value - mean);
    for (const [index, value] of centered.entries()) {
      squares += value ** 2;
      products += value * (centered[index - 1] ?? 0);
    }
    return centered;
  });
  // Of six values less their mean, neighbors seem to be that much unlike one another.
  const alike = squares > 0 ? Math.max(0, Math.min(0.99, products / squares + 1 / 6)) : 0;
  const n = (all.length * (1 - alike)) / (1 + alike);
  const size = season.reduce((sum, value) => sum + value * value, 0);
  return size * n <= 2 * byChance * meanDeviation(all) ** 2;
}

/** Upper 0.1 % of chi-square with four degrees of freedom. */
const byChance = 18.47;

function dot(one: readonly number[], other: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}

/** Normal equations by Gaussian elimination; undefined when times of day do not separate the terms. */
function leastSquares(rows: readonly number[][], right: readonly number[]): number[] | undefined {
  const size = terms + 1;
  const matrix = Array.from({ length: size }, () => new Float64Array(size + 1));
  for (const [index, row] of rows.entries()) {
    const augmented = [...row, right[index] ?? 0];
    for (let i = 0; i < size; i += 1) {
      const line = matrix[i] as Float64Array;
      for (let j = 0; j <= size; j += 1) line[j] = (line[j] ?? 0) + (row[i] ?? 0) * (augmented[j] ?? 0);
    }
  }
  for (let pivot = 0; pivot < size; pivot += 1) {
    const line = matrix[pivot] as Float64Array;
    const head = line[pivot] ?? 0;
    if (Math.abs(head) < 1e-6 * rows.length) return undefined;
    for (const [other, target] of matrix.entries()) {
      if (other === pivot) continue;
      const factor = (target[pivot] ?? 0) / head;
      for (let j = pivot; j <= size; j += 1) target[j] = (target[j] ?? 0) - factor * (line[j] ?? 0);
    }
  }
  return matrix.map((line, index) => (line[size] ?? 0) / (line[index] ?? 1));
}
