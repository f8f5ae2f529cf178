/** Two pages of a series that people called noise, within this time, and its guard is wider by half. */
const withinMs = 90 * 86_400_000;
const enough = 2;
const wider = 1.5;
const keptMarks = 8;

/** Pages of a series that people called noise, by when each began, and what follows from them. */
export interface Noise {
  /** Within the last 90 days. */
  readonly pages: number;
  /** Factor on the guard. */
  readonly widening: number;
  /** When too few of them are left for that, Unix milliseconds. */
  readonly untilMs?: number | undefined;
}

export function noiseOf(marks: readonly number[] | undefined, nowMs: number): Noise {
  const counted = (marks ?? []).filter((atMs) => nowMs - atMs <= withinMs).toSorted((a, b) => a - b);
  const lastNeeded = counted.at(-enough);
  return lastNeeded === undefined
    ? { pages: counted.length, widening: 1 }
    : { pages: counted.length, widening: wider, untilMs: lastNeeded + withinMs };
}

/** Factor on the guard of a series with these marks. */
export function wideningOf(marks: readonly number[] | undefined, nowMs: number): number {
  return marks === undefined || marks.length < enough ? 1 : noiseOf(marks, nowMs).widening;
}

/** `false page 1 of 2 …`: what the marks mean, for people; undefined: there are none. */
export function noiseText({ pages, widening, untilMs }: Noise): string | undefined {
  if (pages === 0) return undefined;
  if (untilMs === undefined) return "one page of it was called noise; a second within 90 days widens its guard";
  const until = new Date(untilMs).toISOString().slice(0, 10);
  return `${pages} pages of it were called noise within 90 days: its guard is ×${widening} until ${until}`;
}

/** A page counts once, however often it is marked. */
export function withMark(marks: readonly number[] | undefined, pagedAtMs: number): readonly number[] {
  return [...new Set([...(marks ?? []), pagedAtMs])].toSorted((a, b) => a - b).slice(-keptMarks);
}
