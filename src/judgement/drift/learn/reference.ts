import { isNumber, isNumbers, isString, objectOf, once, oneOf, optional } from "../../../std/check.ts";
import type { Json } from "../../../std/json.ts";
import { meanDeviation, median, robustSpread } from "../../../std/statistics.ts";
import {
  type Block,
  blockOf,
  harmonicsOf,
  meanOf,
  robustMean,
  unsteadinessOf,
  wanderOf,
  withoutSeason,
} from "./blocks.ts";
import { blocksOfLevel } from "./clean.ts";
import { type Learning, type Sample, blocksOf, openBlock, samplesOf } from "./learning.ts";
import { base64OfInts } from "./int16-codec.ts";
import { clipOf, farScore, isTied, rankTable } from "./rank-table.ts";
import { type Season, fitSeason, harmonicsAt, isByChance, seasonAt, seasonOf, withWeekend } from "./season.ts";
import { fitWeekend } from "./weekend.ts";
import { isStreaks, type Streaks, streaksOf } from "../level/streak.ts";

/** A learned normal, as it is stored: about 3 kB. Logs are relative to `origin`. */
export interface Reference {
  readonly v: 3;
  readonly n: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly intervalMs: number;
  readonly origin: number;
  readonly season: number[];
  /** Median and robust spread of the deseasonalised logs. */
  readonly level: number;
  readonly spread: number;
  /** The mean of all samples less that of those that were kept: bets on the level are judged by all. */
  readonly shift: number;
  /** Correlation of neighbours' scores, 0 to 0.95. */
  readonly correlation: number;
  readonly clip: { readonly values: number; readonly scores: number };
  /** How far the level may be off: by the error of its estimate, by slow wander, and by hours of a wider spread. */
  readonly margin: { readonly estimation: number; readonly wander: number; readonly unsteadiness: number };
  /** Ordered values: of the logs in 1/2000, of the whitened scores in 1/4000. */
  readonly values: string;
  readonly scores: string;
  /** How far three runs in a row go, as logs. */
  readonly streaks?: Streaks | undefined;
}

const isReference = once(
  objectOf<Reference>({
    v: oneOf(3),
    n: isNumber,
    fromMs: isNumber,
    toMs: isNumber,
    intervalMs: isNumber,
    origin: isNumber,
    season: isNumbers,
    level: isNumber,
    spread: isNumber,
    shift: isNumber,
    correlation: isNumber,
    clip: objectOf<Reference["clip"]>({ values: isNumber, scores: isNumber }),
    margin: objectOf<Reference["margin"]>({ estimation: isNumber, wander: isNumber, unsteadiness: isNumber }),
    values: isString,
    scores: isString,
    streaks: optional(isStreaks),
  }),
);

export const valueScale = 2000;
export const scoreScale = 4000;
/** One day alone does not distinguish a season from a level that moves. */
const seasonNeedsMs = 47 * 3_600_000;
const dayMs = 24 * 3_600_000;
/** Two days: with fewer, the thinned samples know more of a mean than so few means. */
const blocksForMean = 12;
const pairsForCorrelation = 50;
/** In standard errors. */
const surely = 3;
const mostCorrelation = 0.99;
/** 95 % bound on the baseline's own mean error, and how many wanders from it a level may stray. */
const estimationFactor = 1.645;
const wanderFactor = 4;

/** `usual` is the season to take for a baseline of less than two days. */
export function fitReference(learning: Learning, intervalMs: number, usual: Season = []): Reference {
  const all = samplesOf(learning, intervalMs);
  const unfinished = openBlock(learning, intervalMs);
  const complete = blocksOf(learning);
  const isHalfFull = unfinished !== undefined && 2 * unfinished.n >= (complete.at(-1)?.n ?? Infinity);
  const everyBlock = isHalfFull ? [...complete, unfinished] : complete;
  const rough = deseason(all, learning, everyBlock, usual);
  const kept = blocksOfLevel(rough.blocks.map(({ mean }) => mean));
  const isClean = kept.every(Boolean);
  const startOf = (block: Block): number => blockOf(learning, learning.startMs + block.fromMs);
  const dropped = new Set(everyBlock.filter((_, index) => !kept[index]).map(startOf));
  const isKept = ({ atMs }: Sample): boolean => !dropped.has(blockOf(learning, atMs));
  const blocks = everyBlock.filter((_, index) => kept[index]);
  const clean = isClean ? rough : deseason(all.filter(isKept), learning, blocks, usual);
  const { season, logs, samples } = clean;

  // Where values are few, the middle one jumps between them.
  const spread = clean.isTied ? meanDeviation(logs) : robustSpread(logs);
  const values = rankTable(logs, valueScale);
  const plain = logs.map((log) => farScore(values, log, spread));
  const correlation = correlationOf(samples, plain);
  const whitened = plain.flatMap((score, index) =>
    // Without a correlation there is nothing to take off: samples that follow none count as well.
    correlation === 0 || samples[index]?.follows === true ? [score - correlation * (plain[index - 1] ?? 0)] : [],
  );
  const level = clean.isTied ? robustMean(logs).mean : median(logs) + clean.shift;
  return {
    v: 3,
    n: learning.n,
    fromMs: learning.startMs,
    toMs: learning.lastMs,
    intervalMs,
    origin: learning.origin,
    season: [...season],
    level,
    spread,
    shift: clean.shift,
    correlation,
    clip: { values: values.clip, scores: clipOf(whitened.length) },
    margin: {
      estimation: estimationFactor / Math.sqrt(clean.n),
      wander: wanderFactor * wanderOf(clean.blocks, spread, correlation),
      unsteadiness: unsteadinessOf(clean.blocks, correlation),
    },
    values: base64OfInts(values.knots),
    scores: base64OfInts(rankTable(whitened, scoreScale).knots),
    streaks: streaksOf(
      samples,
      logs.map((log) => log - level),
      correlation,
      spread,
    ),
  };
}

/** Stored JSON of this version, or undefined. */
export function readReference(stored: Json | undefined): Reference | undefined {
  return isReference(stored) ? stored : undefined;
}

/**
 * Samples and blocks less their season. Where samples had to be thinned, season and mean are those of the blocks, which
 * were made of all of them: their error counts as if nothing had been dropped. Few different values stay what they are.
 */
function deseason(samples: readonly Sample[], learning: Learning, blocks: readonly Block[], usual: Season) {
  const { startMs, lastMs, origin, stride } = learning;
  const isThinned = stride > 1 && blocks.length >= blocksForMean;
  const raw = samples.map(({ log }) => log - origin);
  if (isTied(rankTable(raw, valueScale))) {
    return { season: [], samples, n: samples.length, shift: 0, logs: raw, blocks, isTied: true };
  }
  const seasonIn = (): Season => {
    const found = isThinned
      ? fitSeason(
          blocks.map((block) => harmonicsOf(block, startMs)),
          blocks.map(({ mean }) => mean),
        )
      : fitSeason(
          samples.map(({ atMs }) => harmonicsAt(atMs)),
          raw,
        );
    const rest = Map.groupBy(blocks, ({ fromMs }) => Math.floor(fromMs / dayMs));
    const days = [...rest.values()].map((day) => day.map((block) => withoutSeason(block, found, startMs).mean));
    return isByChance(found, days) ? [] : found;
  };
  const daily = lastMs - startMs < seasonNeedsMs ? usual : seasonIn();
  const timeOf = (index: number): number => samples[index]?.atMs ?? 0;
  const ofDay = raw.map((log, index) => log - seasonAt(daily, timeOf(index)));
  const weekend = fitWeekend(
    blocks.map((block) => withoutSeason(block, daily, startMs)),
    startMs,
    () => ofDay.map((log, index) => ({ atMs: timeOf(index), log })),
  );
  const level = median(ofDay);
  const without = (season: Season): number[] =>
    raw.map((log, index) => log - seasonOf(season, timeOf(index), log - level));
  // Relative to the level as it is without: a baseline that has learned its weekends must not seem to have moved.
  const season =
    weekend === undefined
      ? daily
      : withWeekend(daily, weekend, median(without(withWeekend(daily, weekend, 0))) - level);
  const logs = weekend === undefined ? ofDay : without(season);
  const flat = blocks.map((block) => withoutSeason(block, season, startMs));
  const shift = isThinned ? meanOf(flat) - robustMean(logs).mean : 0;
  const n = isThinned ? blocks.reduce((sum, block) => sum + block.n, 0) : samples.length;
  return { season, samples, n, shift, logs, blocks: flat, isTied: false };
}

function correlationOf(samples: readonly Sample[], scores: readonly number[]): number {
  let pairs = 0;
  let product = 0;
  let square = 0;
  for (const [index, score] of scores.entries()) {
    square += score * score;
    if (samples[index]?.follows !== true) continue;
    pairs += 1;
    product += score * (scores[index - 1] ?? 0);
  }
  if (pairs < pairsForCorrelation || square === 0) return 0;
  const found = Math.max(0, product / pairs / (square / scores.length));
  // What is estimated of neighbors that do resemble each other is too little, the more so the fewer they are: a standard error and the bias more.
  const isSure = found * Math.sqrt(pairs) > surely;
  const margin = isSure ? Math.sqrt((1 - found ** 2) / pairs) + (1 + 3 * found) / pairs : 0;
  return Math.min(mostCorrelation, found + margin);
}
