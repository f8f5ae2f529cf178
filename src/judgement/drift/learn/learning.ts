import { type Check, isNumber, isNumbers, isString, objectOf, optional } from "../../../std/check.ts";
import { type Block, blockMs, blockOf, limitOf, summarise } from "./blocks.ts";
import { base64OfInts, intsOfBase64 } from "./int16-codec.ts";

/**
 * What is kept of the samples a baseline will be learned from: bounded (about 16 kB) however long and fast the series.
 * Chunks of eight consecutive samples, so that the correlation of peers survives when every second chunk is
 * dropped at the brim; and a summary of every four hours made from all of its chunks, so that slow wander, which needs
 * all samples to be seen, does not suffer. Logs are kept relative to the first: in steps of 1/2000, 0.05 %.
 */
export interface Learning {
  startMs: number;
  lastMs: number;
  /** Natural logarithm of the first sample: units cancel. */
  origin: number;
  /** Samples seen. */
  n: number;
  /** Every how many chunks one is kept: 1, 2, 4 … */
  stride: number;
  chunks: number;
  /** Base64 of int16: for each chunk its start in minutes and its eight samples. */
  packed: string;
  /** How far from the mean of four hours a log counts in full: by the first samples. */
  limit?: number | undefined;
  /** The chunks of the current four hours, and the samples of the current chunk. */
  open: string;
  tail: number[];
  tailMs: number;
  /** Base64 of int16: five numbers for each four hours that are over, and one that fills up. */
  blocks: string;
}

export const isLearning: Check<Learning> = objectOf<Learning>({
  startMs: isNumber,
  lastMs: isNumber,
  origin: isNumber,
  n: isNumber,
  stride: isNumber,
  chunks: isNumber,
  packed: isString,
  limit: optional(isNumber),
  open: isString,
  tail: isNumbers,
  tailMs: isNumber,
  blocks: isString,
});

export interface Sample {
  readonly atMs: number;
  readonly log: number;
  /** Directly after the sample before it. */
  readonly follows: boolean;
}

const chunkSize = 8;
const chunkInts = chunkSize + 1;
const chunkChars = (chunkInts * 2 * 4) / 3;
const mostChunks = 512;
const mostChunksOfBlock = 32;
const enoughForLimit = 32;
const mostBlocks = 28 * 6;
const scale = 2000;
const nothing = -32_768;
const lowest = -32_767;
const blockInts = 6;
const blockChars = (blockInts * 2 * 4) / 3;
const minuteMs = 60_000;

export function beginLearning(atMs: number, log: number): Learning {
  const empty = { n: 0, stride: 1, chunks: 0, packed: "", open: "", tail: [], tailMs: atMs, blocks: "" };
  return { startMs: atMs, lastMs: atMs, origin: log, ...empty };
}

/** Changes the learning it is given. Samples come in order of time. */
export function learn(learning: Learning, atMs: number, log: number, intervalMs: number): void {
  const isGap = atMs - learning.lastMs > 3 * intervalMs;
  if (blockOf(learning, atMs) !== blockOf(learning, learning.tailMs)) closeBlock(learning, intervalMs);
  else if (isGap) closeChunk(learning, intervalMs);
  if (learning.tail.length === 0) learning.tailMs = atMs;
  learning.tail.push(clamp(Math.round((log - learning.origin) * scale)));
  learning.n += 1;
  learning.lastMs = atMs;
  if (learning.tail.length === chunkSize) closeChunk(learning, intervalMs);
}

/** Everything that is kept, oldest first, the four hours not yet over included. */
export function samplesOf(learning: Learning, intervalMs: number): Sample[] {
  const whole = [...chunksOf(learning.packed), ...chunksOf(learning.open)];
  const tail = { atMs: learning.tailMs - learning.startMs, values: learning.tail };
  return [...whole, tail].flatMap(({ atMs, values }) =>
    values.map((value, index) => ({
      atMs: learning.startMs + atMs + index * intervalMs,
      log: learning.origin + value / scale,
      follows: index > 0,
    })),
  );
}

/** Forgets every sample from then on: they were of a change, and not of the normal. Changes the learning it is given. */
export function forgetSince(learning: Learning, sinceMs: number, intervalMs: number): void {
  if (sinceMs > learning.lastMs) return;
  const keptMs = sinceMs - learning.startMs;
  const unfinished = blockOf(learning, learning.tailMs) === blockOf(learning, sinceMs);
  const until = (packed: string): string => {
    const first = chunksOf(packed).findIndex(({ atMs, values }) => atMs + (values.length - 1) * intervalMs >= keptMs);
    return first < 0 ? packed : packed.slice(0, first * chunkChars);
  };
  const blocks = blocksOf(learning).filter(({ toMs }) => toMs < keptMs).length;
  const forgotten = Math.round((learning.lastMs - sinceMs) / intervalMs) + 1;
  learning.packed = until(learning.packed);
  learning.open = unfinished ? until(learning.open) : "";
  learning.tail = [];
  learning.blocks = learning.blocks.slice(0, blocks * blockChars);
  learning.n = Math.max(0, learning.n - forgotten);
  learning.lastMs = Math.max(learning.startMs, sinceMs - intervalMs);
  learning.tailMs = learning.lastMs;
}

/** Forgets every chunk and every four hours that touch this time, and keeps what came after. Changes the learning. */
export function forgetBetween(learning: Learning, fromMs: number, toMs: number, intervalMs: number): void {
  const { startMs, lastMs } = learning;
  if (toMs < startMs || fromMs > lastMs) return;
  if (toMs >= lastMs) return forgetSince(learning, Math.max(startMs, fromMs), intervalMs);
  const touches = (beginMs: number, endMs: number): boolean => startMs + beginMs <= toMs && startMs + endMs >= fromMs;
  const without = (packed: string): string =>
    chunksOf(packed)
      .flatMap(({ atMs, values }, index) =>
        touches(atMs, atMs + (values.length - 1) * intervalMs) ? [] : [index * chunkChars],
      )
      .map((at) => packed.slice(at, at + chunkChars))
      .join("");
  const forgotten = Math.round((toMs - Math.max(startMs, fromMs)) / intervalMs) + 1;
  learning.packed = without(learning.packed);
  learning.open = without(learning.open);
  if (touches(learning.tailMs - startMs, lastMs - startMs)) [learning.tail, learning.tailMs] = [[], lastMs];
  const kept = blocksOf(learning).filter((block) => !touches(block.fromMs, block.toMs));
  learning.blocks = kept.map(packBlock).join("");
  learning.n = Math.max(0, learning.n - forgotten);
}

function closeChunk(learning: Learning, intervalMs: number): void {
  const { tail, tailMs, startMs } = learning;
  if (tail.length === 0) return;
  // Series faster than 256 samples in four hours: chunks evenly over the time.
  const every = Math.max(1, Math.ceil(blockMs / intervalMs / chunkSize / mostChunksOfBlock));
  if (learning.chunks % every === 0) {
    const minutes = minutesOf(tailMs - startMs);
    const padding = Array.from({ length: chunkSize - tail.length }, () => nothing);
    learning.open += base64OfInts([minutes, ...tail, ...padding]);
  }
  learning.chunks += 1;
  learning.tail = [];
}

function closeBlock(learning: Learning, intervalMs: number): void {
  closeChunk(learning, intervalMs);
  // Four samples, as of a probe that runs hourly, don't say how far values scatter.
  const isKnown = learning.n >= enoughForLimit;
  const limit = learning.limit ?? limitOf(samplesOf(learning, intervalMs).map(({ log }) => log));
  if (isKnown) learning.limit = limit;
  const block = openBlock(learning, intervalMs, limit);
  if (block !== undefined) learning.blocks = (learning.blocks + packBlock(block)).slice(-mostBlocks * blockChars);
  const first = learning.packed.length / chunkChars;
  learning.packed += learning.open;
  learning.open = "";
  if (first > 0 || learning.stride > 1) learning.packed = thin(learning.packed, first, learning.stride);
  while (learning.packed.length > mostChunks * chunkChars) {
    learning.stride *= 2;
    learning.packed = thin(learning.packed, 0, 2);
  }
}

/** Keeps one of `every` chunks from `first` on. */
function thin(packed: string, first: number, every: number): string {
  if (every === 1) return packed;
  let kept = packed.slice(0, first * chunkChars);
  for (let index = first; index * chunkChars < packed.length; index += every) {
    kept += packed.slice(index * chunkChars, (index + 1) * chunkChars);
  }
  return kept;
}

/** The summary of the four hours under way. */
export function openBlock(learning: Learning, intervalMs: number, limit = learning.limit): Block | undefined {
  const chunks = openChunks(learning);
  const [first, last] = [chunks[0], chunks.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const toMs = last.atMs + (last.values.length - 1) * intervalMs;
  return summarise(openLogs(learning), first.atMs, toMs, limit);
}

function openChunks({ open, tail, tailMs, startMs }: Learning): { atMs: number; values: number[] }[] {
  return [...chunksOf(open), { atMs: tailMs - startMs, values: tail }].filter(({ values }) => values.length > 0);
}

function openLogs(learning: Learning): number[] {
  return openChunks(learning).flatMap(({ values }) => values.map((value) => value / scale));
}

function chunksOf(packed: string): { atMs: number; values: number[] }[] {
  const ints = intsOfBase64(packed);
  return Array.from({ length: ints.length / chunkInts }, (_, index) => {
    const [minutes = 0, ...values] = ints.subarray(index * chunkInts, (index + 1) * chunkInts);
    return { atMs: msOf(minutes), values: values.filter((value) => value !== nothing) };
  });
}

/** The four hours that are over, oldest first. */
export function blocksOf({ blocks }: Learning): Block[] {
  const ints = intsOfBase64(blocks);
  return Array.from({ length: ints.length / blockInts }, (_, index) => {
    const [from = 0, to = 0, mean = 0, deviation = 0, n = 0] = ints.subarray(
      index * blockInts,
      (index + 1) * blockInts,
    );
    return { fromMs: msOf(from), toMs: msOf(to), mean: mean / scale, deviation: deviation / scale, n };
  });
}

function packBlock({ fromMs, toMs, mean, deviation, n }: Block): string {
  const logs = [mean, deviation].map((log) => clamp(Math.round(log * scale)));
  return base64OfInts([minutesOf(fromMs), minutesOf(toMs), ...logs, n, 0]);
}

/** Minutes since the first sample as int16, from the bottom of its range: 45 days. */
function minutesOf(durationMs: number): number {
  return Math.min(32_767, Math.round(durationMs / minuteMs) + lowest);
}

function msOf(minutes: number): number {
  return (minutes - lowest) * minuteMs;
}

function clamp(value: number): number {
  return Math.max(-32_767, Math.min(32_767, value));
}
