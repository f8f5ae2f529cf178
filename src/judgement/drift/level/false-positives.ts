/** Two pages of a series that people called noise, within this time, and its margin is wider by half. */
const withinMs = 90 * 86_400_000;
const enough = 2;
const wider = 1.5;
const mostKept = 8;

/** Pages of a series that people called noise, by when each began, and what follows from them. */
export interface FalsePositiveFeedback {
  /** Within the last 90 days. */
  readonly pages: number;
  /** Factor on the margin. */
  readonly marginFactor: number;
  /** When too few of them are left for that, Unix milliseconds. */
  readonly untilMs?: number | undefined;
}

export function feedbackOf(falsePositives: readonly number[] | undefined, nowMs: number): FalsePositiveFeedback {
  const counted = (falsePositives ?? []).filter((atMs) => nowMs - atMs <= withinMs).toSorted((a, b) => a - b);
  const lastNeeded = counted.at(-enough);
  return lastNeeded === undefined
    ? { pages: counted.length, marginFactor: 1 }
    : { pages: counted.length, marginFactor: wider, untilMs: lastNeeded + withinMs };
}

/** Factor on the margin of a series with these falsePositives. */
export function marginFactorOf(falsePositives: readonly number[] | undefined, nowMs: number): number {
  return falsePositives === undefined || falsePositives.length < enough
    ? 1
    : feedbackOf(falsePositives, nowMs).marginFactor;
}

/** `false page 1 of 2 …`: what the falsePositives mean, for people; undefined: there are none. */
export function feedbackText({ pages, marginFactor, untilMs }: FalsePositiveFeedback): string | undefined {
  if (pages === 0) return undefined;
  if (untilMs === undefined) return "one page of it was called noise; a second within 90 days widens its margin";
  const until = new Date(untilMs).toISOString().slice(0, 10);
  return `${pages} pages of it were called noise within 90 days: its margin is ×${marginFactor} until ${until}`;
}

/** A page counts once, however often it is marked. */
export function withFalsePositive(falsePositives: readonly number[] | undefined, pagedAtMs: number): readonly number[] {
  return [...new Set([...(falsePositives ?? []), pagedAtMs])].toSorted((a, b) => a - b).slice(-mostKept);
}
