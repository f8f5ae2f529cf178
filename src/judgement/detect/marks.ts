/** Two pages of a series that people called noise, within this time, and its guard is wider by half. */
const withinMs = 90 * 86_400_000;
const enough = 2;
const wider = 1.5;
const keptMarks = 8;

/** Factor on the guard of a series with these marks. */
export function wideningOf(marks: readonly number[] | undefined, nowMs: number): number {
  if (marks === undefined || marks.length < enough) return 1;
  return marks.filter((atMs) => nowMs - atMs <= withinMs).length >= enough ? wider : 1;
}

export function withMark(marks: readonly number[] | undefined, atMs: number): readonly number[] {
  return [...(marks ?? []), atMs].slice(-keptMarks);
}
