/** A text, and where its units stood in the text that it was made from. */
export interface SourceText {
  readonly text: string;
  /** Where each unit began in the text that was given first; undefined: where it is. */
  readonly from?: Uint32Array | undefined;
  /** Where each unit ended; undefined: one behind where it began. */
  readonly to?: Uint32Array | undefined;
}

interface Places {
  readonly from?: Uint32Array | undefined;
  readonly to?: Uint32Array | undefined;
}

/** Where a unit began in the text that was given first. */
export const startIn = ({ from }: Places, at: number): number => from?.[at] ?? at;
/** Where a unit ended there. */
export const endIn = (places: Places, at: number): number => places.to?.[at] ?? startIn(places, at) + 1;

/**
 * The text with every match replaced by its meaning, which is never longer than the match; undefined when nothing
 * matches. A meaning of `undefined` leaves the match as it is.
 */
export function replaced(
  source: SourceText,
  pattern: RegExp,
  meaningOf: (match: string) => string | undefined,
): SourceText | undefined {
  const { text } = source;
  const from = new Uint32Array(text.length);
  const to = new Uint32Array(text.length);
  let result = "";
  let next = 0;
  const keep = (upTo: number): void => {
    for (let at = next, put = result.length; at < upTo; at += 1, put += 1) {
      from[put] = startIn(source, at);
      to[put] = endIn(source, at);
    }
    result += text.slice(next, upTo);
  };
  for (const match of text.matchAll(pattern)) {
    const meaning = meaningOf(match[0]);
    if (meaning === undefined) continue;
    keep(match.index);
    next = match.index + match[0].length;
    from.fill(startIn(source, match.index), result.length, result.length + meaning.length);
    to.fill(endIn(source, next - 1), result.length, result.length + meaning.length);
    result += meaning;
  }
  if (next === 0) return undefined;
  keep(text.length);
  return { text: result, from: from.subarray(0, result.length), to: to.subarray(0, result.length) };
}
