import { meanDeviation, median, robustSpread } from "../../std/statistics.ts";

/** Two daily harmonics: factors of sin and cos of one and of two turns a day, in logs. Empty: no season is known. */
export type Season = readonly number[];

const dayMs = 86_400_000;
const terms = 4;
const huber = 1.5;
const rounds = 6;

export function seasonAt(season: Season, atMs: number): number {
  if (season.length < terms) return 0;
  const [sin, cos, sinTwice, cosTwice] = season as readonly [number, number, number, number];
  const turn = turnAt(atMs);
  const [s, c] = [Math.sin(turn), Math.cos(turn)];
  return sin * s + cos * c + 2 * sinTwice * s * c + cosTwice * (1 - 2 * s * s);
}

/** The four harmonics at a time of day (UTC). */
export function harmonicsAt(atMs: number): number[] {
  const turn = turnAt(atMs);
  return [Math.sin(turn), Math.cos(turn), Math.sin(2 * turn), Math.cos(2 * turn)];
}

function turnAt(atMs: number): number {
  return (2 * Math.PI * (atMs % dayMs)) / dayMs;
}

/**
 * Regression on rows of harmonics, with residuals clipped at 1.5 spreads (Huber), so that spikes do not bend it. A season
 * that chance explains is none: where a series has few different values, it would shift all of them off their ranks.
 */
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
  const factors = beta.slice(1);
  const deviation = meanDeviation(rows.map((row, index) => (logs[index] ?? 0) - dot(row, beta)));
  const evidence = (factors.reduce((sum, value) => sum + value * value, 0) * rows.length) / (2 * deviation ** 2);
  return evidence > byChance ? factors.map((value) => Number(value.toFixed(6))) : [];
}

/** Upper 0.1 % of chi-square with four degrees of freedom. */
const byChance = 18.47;

function dot(one: readonly number[], other: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}

/** Normal equations by Gaussian elimination; undefined when times of day do not tell the terms apart. */
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
