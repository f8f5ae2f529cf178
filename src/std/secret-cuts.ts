/** What stands where something was taken away. */
export const mark = "[redacted]";

const shortestCut = 8;
/** A piece that is a plain word of the secret, such as `password`, is no secret yet. */
const shortestWord = 12;

/** Removes each longest beginning and each longest end of a secret, of at least eight characters. */
export function cutFinder(cuttable: readonly string[], endings: readonly string[]): (text: string) => string {
  const beginning = [...groupsBy(cuttable, (it) => it.slice(0, shortestCut))];
  const ending = [...groupsBy(endings, (it) => it.slice(-shortestCut))];
  return (text) => {
    const begun = beginning.filter(([piece]) => text.includes(piece));
    let clean = text;
    // Whole ones first: else one is taken for the beginning of another that goes on differently, and its rest stays.
    for (const needle of begun.flatMap(([, needles]) => needles).toSorted((a, b) => b.length - a.length))
      clean = clean.replaceAll(needle, mark);
    for (const [piece, needles] of begun) clean = without(clean, piece, needles, growForward);
    for (const [piece, needles] of ending) clean = without(clean, piece, needles, growBackward);
    return clean;
  };
}

interface Cut {
  readonly at: number;
  readonly length: number;
  /** The character of the secret beside it, where it was cut. */
  readonly next: string;
}

type Grow = (text: string, at: number, needle: string) => Cut;

function growForward(text: string, at: number, needle: string): Cut {
  let length = shortestCut;
  while (length < needle.length && text[at + length] === needle[length]) length += 1;
  return { at, length, next: needle[length] ?? "" };
}

function growBackward(text: string, at: number, needle: string): Cut {
  let length = shortestCut;
  let from = at;
  while (length < needle.length && from > 0 && text[from - 1] === needle.at(-length - 1)) {
    length += 1;
    from -= 1;
  }
  return { at: from, length, next: needle.at(-length - 1) ?? "" };
}

function without(text: string, piece: string, needles: readonly string[], grow: Grow): string {
  let clean = text;
  for (let found = clean.indexOf(piece); found !== -1;) {
    const cuts = needles.map((needle) => grow(clean, found, needle));
    const { at, length, next } = cuts.reduce((one, other) => (other.length > one.length ? other : one));
    const end = at + length;
    const isWord = length < shortestWord && isPlainWord(clean.slice(at, end)) && !/[a-z]/i.test(next);
    if (!isWord) clean = clean.slice(0, at) + mark + clean.slice(end);
    found = clean.indexOf(piece, isWord ? end : at + mark.length);
  }
  return clean;
}

const isPlainWord = (text: string): boolean => /^(?:[a-z]+|[A-Z]+)$/.test(text);

function groupsBy(needles: readonly string[], keyOf: (needle: string) => string): Map<string, string[]> {
  return Map.groupBy(new Set(needles), keyOf);
}

const masks = /\*{2,}|•{2,}|\.{3,}|…|x{4,}|X{4,}|#{3,}|_{4,}|-{4,}/g;
const longestShown = 16;
const fewestBefore = 3;
const fewestBehind = 4;

/** Removes masks that have at least three characters of a secret's beginning before them, or four of its end behind. */
export function masksFinder(secrets: readonly string[]): (text: string) => string {
  return (text) => {
    let clean = "";
    let from = 0;
    for (const { 0: masked, index } of text.matchAll(masks)) {
      const before = text.slice(Math.max(from, index - longestShown), index);
      const behind = text.slice(index + masked.length, index + masked.length + longestShown);
      for (const secret of secrets) {
        const head = longest((length) => before.endsWith(secret.slice(0, length)));
        const tail = longest((length) => behind.startsWith(secret.slice(-length)));
        if (index < from || (head < fewestBefore && tail < fewestBehind)) continue;
        clean += text.slice(from, index - (head < fewestBefore ? 0 : head)) + mark;
        from = index + masked.length + tail;
      }
    }
    return clean + text.slice(from);
  };
}

function longest(fits: (length: number) => boolean): number {
  for (let length = longestShown; length > 0; length -= 1) if (fits(length)) return length;
  return 0;
}
