import { meanDeviation, median, robustSpread } from "../../../std/statistics.ts";
import { type Season, harmonicsAt, seasonAt } from "./season.ts";

/** Four hours of a series in five numbers: logs relative to the first sample, times since it in milliseconds. */
export interface Block {
  readonly fromMs: number;
  readonly toMs: number;
  /** Of the logs, outliers drawn in: like the mean of their scores. */
  readonly mean: number;
  /** The mean's standard error is this over the root of n, if samples do not depend on one another. */
  readonly deviation: number;
  readonly n: number;
}

export const blockMs = 4 * 3_600_000;
const clipAt = 1.5;
const rounds = 8;

export function blockOf({ startMs }: { readonly startMs: number }, atMs: number): number {
  return Math.floor((atMs - startMs) / blockMs);
}

/** With one `limit` for all blocks of a series: one of their own would add to how much their means differ. */
export function summarise(values: readonly number[], fromMs: number, toMs: number, limit: number | undefined): Block {
  return { fromMs, toMs, ...robustMean(values, limit), n: values.length };
}

/**
 * Mean with everything beyond 1.5 spreads from itself drawn in to there (Huber 1964). Where a series has two levels, as
 * behind a gateway with two providers, half the samples lie on either: a median would jump between them, this does not.
 */
export function robustMean(
  values: readonly number[],
  limit = limitOf(values),
): { readonly mean: number; readonly deviation: number } {
  let mean = median(values);
  for (let round = 0; round < rounds && limit > 0; round += 1) {
    let sum = 0;
    for (const value of values) sum += Math.max(-limit, Math.min(limit, value - mean));
    mean += sum / values.length;
  }
  let squares = 0;
  let inside = 0;
  for (const value of values) {
    squares += Math.min(limit, Math.abs(value - mean)) ** 2;
    if (Math.abs(value - mean) <= limit) inside += 1;
  }
  return { mean, deviation: (Math.sqrt(squares / values.length) * values.length) / Math.max(1, inside) };
}

export function limitOf(values: readonly number[]): number {
  return clipAt * meanDeviation(values);
}

/** The harmonics of a season, averaged over the hours of a block. */
export function harmonicsOf(block: Block, startMs: number): number[] {
  const sums = [0, 0, 0, 0];
  for (const atMs of timesIn(block, startMs)) {
    for (const [term, value] of harmonicsAt(atMs).entries()) sums[term] = (sums[term] ?? 0) + value / points;
  }
  return sums;
}

/** The same with the season of those hours taken off. */
export function withoutSeason(block: Block, season: Season, startMs: number): Block {
  const usual = timesIn(block, startMs).reduce((sum, atMs) => sum + seasonAt(season, atMs) / points, 0);
  return { ...block, mean: block.mean - usual };
}

const points = 9;

function timesIn({ fromMs, toMs }: Block, startMs: number): number[] {
  return Array.from({ length: points }, (_, index) => startMs + fromMs + ((toMs - fromMs) * index) / (points - 1));
}

/** Mean of all samples the blocks were made of, outliers clipped. */
export function meanOf(blocks: readonly Block[]): number {
  const n = blocks.reduce((sum, block) => sum + block.n, 0);
  return blocks.reduce((sum, block) => sum + block.mean * block.n, 0) / n;
}

/** The slow movement that neither season nor the correlation of peers explains, in deviations of a whitened score. */
export function wanderOf(blocks: readonly Block[], spread: number, correlation: number): number {
  if (blocks.length < fewestBlocks || !(spread > 0)) return 0;
  // A level that lasts d deviations of v moves a whitened score by d (1 - f) / sqrt(1 - f²).
  const factor = Math.sqrt((1 - correlation) / (1 + correlation)) / spread;
  const means = blocks.map(({ mean }) => mean * factor);
  const own = blocks.reduce((sum, { n, deviation }) => sum + (deviation / spread) ** 2 / n, 0) / blocks.length;
  const above = (observed: number, efficiency: number): number =>
    observed - own * (1 + upperPercent * Math.sqrt(2 / (efficiency * blocks.length)));
  return Math.sqrt(Math.max(0, above(variance(means), 1), above(robustSpread(means) ** 2, efficiencyOfMad)));
}

/**
 * How much wider than on the whole the spread is at its widest hours, as a factor; 1 = the same at all hours. A provider
 * that is unsteady at noon and calm at night is no drift at noon.
 */
export function unsteadinessOf(blocks: readonly Block[], correlation: number): number {
  const measured = blocks.filter(({ deviation }) => deviation > 0);
  if (measured.length < fewestBlocks) return 1;
  const own = measured.reduce((sum, { n }) => sum + 1 / Math.max(1, n - 1), 0) / measured.length;
  const byPeers = (1 + correlation ** 2) / (1 - correlation ** 2);
  const chance = own * byPeers * (1 + upperPercent * Math.sqrt(2 / measured.length));
  const excess = variance(measured.map(({ deviation }) => Math.log(deviation))) - chance;
  return excess > 0 ? Math.exp(widest * Math.sqrt(excess)) : 1;
}

/** A wave's height is 1.4 times its deviation. */
const widest = 1.5;

/** Beyond what chance makes of it in 99 of 100 series; the median deviation needs 2.7 times as many blocks for that. */
const upperPercent = 2.33;
const efficiencyOfMad = 0.37;
const fewestBlocks = 6;

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
