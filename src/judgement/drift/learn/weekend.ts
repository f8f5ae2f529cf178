import { type Block, blockMs } from "./blocks.ts";
import { type Weekend, isWeekend, weekMs } from "./season.ts";

const places = weekMs / blockMs;
/** In blocks: 40 to 64 hours. */
const [shortest, longest] = [10, 16];
const fewestWeeks = 4;
/** Student's t with three degrees of freedom is beyond this once in a hundred times; a slow wander's weeks disagree. */
const agreement = 6;
/** Of all variance between blocks, at least this share: less is not worth an estimate of its own. */
const leastShare = 0.25;
const edgeStepMs = 900_000;

/** A log less its daily season. */
export interface Moved {
  readonly atMs: number;
  readonly log: number;
}

/**
 * The hours that differ most from the rest of the week, by the blocks' means less their daily season: those with the
 * largest sum of squares between the two, if every week says so; where they begin and end is then read off the samples.
 * undefined: no four weeks are known, or they are alike.
 */
export function fitWeekend(
  blocks: readonly Block[],
  startMs: number,
  samples: () => readonly Moved[],
): Weekend | undefined {
  if ((blocks.at(-1)?.toMs ?? 0) < fewestWeeks * weekMs - blockMs) return undefined;
  const rough = mostDifferent(blocks, startMs);
  const first = rough && agreed(blocks, startMs, rough);
  if (first === undefined) return undefined;
  return agreed(blocks, startMs, withEdges(first, samples()));
}

type Hours = Omit<Weekend, "depth">;

function mostDifferent(blocks: readonly Block[], startMs: number): Hours | undefined {
  const average = sum(blocks.map(({ mean }) => mean)) / blocks.length;
  const [sums, counts] = [new Float64Array(places), new Float64Array(places)];
  for (const { mean, fromMs, toMs } of blocks) {
    const place = Math.floor(((startMs + (fromMs + toMs) / 2) % weekMs) / blockMs);
    sums[place] = (sums[place] ?? 0) + mean - average;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  let best = { gain: 0, from: 0, length: 0 };
  for (let from = 0; from < places; from += 1) {
    let [moved, n] = [0, 0];
    for (let length = 1; length <= longest; length += 1) {
      const place = (from + length - 1) % places;
      moved += sums[place] ?? 0;
      n += counts[place] ?? 0;
      if (length < shortest || n === 0 || n === blocks.length) continue;
      const gain = (moved ** 2 * blocks.length) / (n * (blocks.length - n));
      if (gain > best.gain) best = { gain, from, length };
    }
  }
  const squares = sum(blocks.map(({ mean }) => (mean - average) ** 2));
  if (best.gain === 0 || best.gain < leastShare * squares) return undefined;
  return { fromMs: best.from * blockMs, lengthMs: best.length * blockMs };
}

/** With how much the weeks differ inside and outside, if they say the same of it. Blocks with an edge in them say nothing. */
function agreed(blocks: readonly Block[], startMs: number, hours: Hours): Weekend | undefined {
  const { fromMs, lengthMs } = hours;
  const depths = [...Map.groupBy(blocks, (block) => Math.floor(block.fromMs / weekMs)).values()].flatMap((week) => {
    const isInside = (atMs: number): boolean => isWeekend(fromMs, lengthMs, startMs + atMs);
    const whole = week.filter((block) => isInside(block.fromMs) === isInside(block.toMs));
    const [inside = [], outside = []] = [true, false].map((side) => whole.filter((it) => isInside(it.fromMs) === side));
    return inside.length < shortest / 2 || outside.length < shortest ? [] : [averageOf(inside) - averageOf(outside)];
  });
  const depth = sum(depths) / depths.length;
  const deviation = Math.sqrt(sum(depths.map((it) => (it - depth) ** 2)) / (depths.length - 1));
  const agree = depths.length >= fewestWeeks && Math.abs(depth) * Math.sqrt(depths.length) >= agreement * deviation;
  return agree ? { ...hours, depth } : undefined;
}

/** Each edge goes where the samples around it are best separated, at most a block away. */
function withEdges({ fromMs, lengthMs, depth }: Weekend, samples: readonly Moved[]): Hours {
  const phase = (atMs: number, edgeMs: number): number => {
    const sinceMs = (((atMs - edgeMs) % weekMs) + weekMs) % weekMs;
    return sinceMs < weekMs / 2 ? sinceMs : sinceMs - weekMs;
  };
  const isSure = (atMs: number): boolean =>
    [fromMs, fromMs + lengthMs].every((it) => Math.abs(phase(atMs, it)) > blockMs);
  const outside = samples.filter(({ atMs }) => isSure(atMs) && !isWeekend(fromMs, lengthMs, atMs));
  const middle = sum(outside.map(({ log }) => log)) / outside.length + depth / 2;
  const best = (edgeMs: number, sign: 1 | -1): number => {
    const near = samples
      .map(({ atMs, log }) => ({ atMs: phase(atMs, edgeMs), log }))
      .filter(({ atMs }) => Math.abs(atMs) <= blockMs);
    let found = { evidence: -Infinity, atMs: 0 };
    for (let atMs = -blockMs; atMs <= blockMs; atMs += edgeStepMs) {
      // What lies past the edge belongs to the other level; outliers count as much as a clear sample.
      const evidence = sum(
        near.map((it) => {
          const beyond = Math.max(-1, Math.min(1, (it.log - middle) / depth));
          return it.atMs >= atMs ? sign * beyond : -sign * beyond;
        }),
      );
      if (evidence > found.evidence) found = { evidence, atMs };
    }
    return edgeMs + found.atMs;
  };
  const begin = best(fromMs, 1);
  const end = best(fromMs + lengthMs, -1);
  return { fromMs: ((begin % weekMs) + weekMs) % weekMs, lengthMs: end - begin };
}

function averageOf(blocks: readonly Block[]): number {
  return sum(blocks.map(({ mean }) => mean)) / blocks.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
