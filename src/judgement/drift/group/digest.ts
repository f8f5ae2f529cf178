import type { DayReading } from "../../../baseline/reading.ts";

/**
 * The share of days without any change on which a digest may name something: one in ten. It wakes nobody, so it may be
 * wrong more often than a page; were it much less, a day would not be enough for what moves by little.
 */
export const falseDays = 0.1;

/**
 * What a day's bets have won for each sample. The sums are at most as many as there were samples, on average, while
 * nothing changes; so this is at most 1 on average, however the series depend on one another.
 */
export function dayEvidence({ total, samples }: DayReading): number {
  const evidence = total / samples;
  return Number.isFinite(evidence) && evidence > 0 ? evidence : 0;
}

/**
 * Those that stand out of all together, most evidence first: as many as can be so that the last of k has at least
 * all / (k × falseDays). This is e-BH (Wang and Ramdas, 2022): it needs no independence, and on days on which nothing
 * has changed it names something on at most `falseDays` of them.
 */
export function standOut<Of>(all: readonly Of[], evidenceOf: (one: Of) => number): readonly Of[] {
  const ranked = all.map((one) => ({ one, evidence: evidenceOf(one) })).toSorted((a, b) => b.evidence - a.evidence);
  const last = ranked.findLastIndex(({ evidence }, index) => evidence * (index + 1) * falseDays >= all.length);
  return ranked.slice(0, last + 1).map(({ one }) => one);
}
