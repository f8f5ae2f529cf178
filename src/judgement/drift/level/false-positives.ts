/** With two pages of a series marked as false positives within this time, its margin is half as wide again. */
const withinMs = 90 * 86_400_000;
const enough = 2;
const wider = 1.5;
const mostKept = 8;

/** Pages of a series that people marked as false positives, and what follows from them. */
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

/** What they mean, for people; undefined: there are none. */
export function feedbackText({ pages, marginFactor, untilMs }: FalsePositiveFeedback): string | undefined {
  if (pages === 0) return undefined;
  if (untilMs === undefined)
    return "1 page marked as a false positive; a second one within 90 days makes this series less sensitive (margin ×1.5)";
  const until = new Date(untilMs).toISOString().slice(0, 10);
  return `${pages} pages marked as false positives within 90 days: margin ×${marginFactor} until ${until}`;
}

/** A page counts once, however often it is marked. */
export function withFalsePositive(falsePositives: readonly number[] | undefined, pagedAtMs: number): readonly number[] {
  return [...new Set([...(falsePositives ?? []), pagedAtMs])].toSorted((a, b) => a - b).slice(-mostKept);
}
