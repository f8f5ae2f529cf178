/** The middle value; of an even number the mean of the two in the middle. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Median absolute deviation, scaled to estimate the standard deviation of a normal distribution. */
export function robustSpread(values: readonly number[]): number {
  const middle = median(values);
  return 1.4826 * median(values.map((value) => Math.abs(value - middle)));
}

/** Mean distance from the median, scaled to estimate the standard deviation of a normal distribution. */
export function meanDeviation(values: readonly number[]): number {
  const middle = median(values);
  let sum = 0;
  for (const value of values) sum += Math.abs(value - middle);
  return (Math.sqrt(Math.PI / 2) * sum) / values.length;
}

/** Digamma of x > 0, to nine digits: its recurrence up to 6, then the asymptotic series (Abramowitz and Stegun 6.3.18). */
export function digamma(x: number): number {
  if (x < 6) return digamma(x + 1) - 1 / x;
  const square = 1 / x ** 2;
  return Math.log(x) - 1 / (2 * x) - square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square / 240)));
}
