/** UTF-16 units of which any `gram` in a row give the whole away. */
export interface Needle {
  readonly units: Uint16Array;
  readonly gram: number;
}

/** Where something begins and ends in a text; the end is not part of it. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export type GramFinder = (units: Uint16Array) => readonly Range[];

/** Every gram is found by eight units of it; no gram is shorter. */
export const shortestGram = 8;
const base = 0x01000193;
const leaving = power(base, shortestGram);
const bitsPerPlace = 32;

type Place = readonly [needle: Needle, at: number];

/**
 * Finds every place where a text has a gram of one of the needles, extended both ways as far as needle and text agree.
 * One pass with a rolling hash (Karp and Rabin, 1987), whatever the number of needles. Of a needle with long grams only
 * some places are kept: so many that each gram holds eight units that begin at one of them.
 */
export function gramFinder(needles: readonly Needle[]): GramFinder {
  const places = new Map<number, Place[]>();
  for (const needle of needles) {
    const step = needle.gram - shortestGram + 1;
    for (let at = 0; at + shortestGram <= needle.units.length; at += step) {
      const hash = hashOf(needle.units, at);
      const known = places.get(hash);
      if (known === undefined) places.set(hash, [[needle, at]]);
      else known.push([needle, at]);
    }
  }
  const mask = 2 ** Math.min(24, Math.ceil(Math.log2(places.size * bitsPerPlace + 1))) - 1;
  const filter = new Uint32Array((mask >>> 5) + 1);
  for (const hash of places.keys()) {
    const word = (hash & mask) >>> 5;
    filter[word] = (filter[word] ?? 0) | (1 << (hash & 31));
  }
  return (units) => {
    const found: Range[] = [];
    if (units.length < shortestGram || places.size === 0) return found;
    let hash = hashOf(units, 0);
    for (let at = 0; ; at += 1) {
      if (((filter[(hash & mask) >>> 5] ?? 0) & (1 << (hash & 31))) !== 0) {
        const range = longestAt(units, at, places.get(hash) ?? []);
        if (range !== undefined) found.push(range);
      }
      if (at + shortestGram >= units.length) return found;
      hash = (Math.imul(hash, base) + (units[at + shortestGram] ?? 0) - Math.imul(units[at] ?? 0, leaving)) | 0;
    }
  };
}

function longestAt(units: Uint16Array, at: number, places: readonly Place[]): Range | undefined {
  let longest: Range | undefined;
  for (const [{ units: secret, gram }, begin] of places) {
    let after = 0;
    while (begin + after < secret.length && at + after < units.length && units[at + after] === secret[begin + after]) {
      after += 1;
    }
    let before = 0;
    while (before < begin && before < at && units[at - before - 1] === secret[begin - before - 1]) before += 1;
    const isLong = before + after >= gram && after >= shortestGram;
    if (isLong && (longest === undefined || before + after > longest.end - longest.start)) {
      longest = { start: at - before, end: at + after };
    }
  }
  return longest;
}

function hashOf(units: Uint16Array, from: number): number {
  let hash = 0;
  for (let at = from; at < from + shortestGram; at += 1) hash = (Math.imul(hash, base) + (units[at] ?? 0)) | 0;
  return hash;
}

function power(of: number, exponent: number): number {
  let result = 1;
  for (let times = 0; times < exponent; times += 1) result = Math.imul(result, of);
  return result;
}
