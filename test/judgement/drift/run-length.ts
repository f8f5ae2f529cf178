/** A chart over independent normal samples: the next value of its statistic, alarm at `limit` or above. */
interface Chart {
  readonly next: (statistic: number, sample: number) => number;
  /** Smallest value of the statistic and where it starts. */
  readonly from: number;
  readonly limit: number;
}

export const cusum = (k: number, limit: number): Chart => ({
  next: (statistic, sample) => Math.max(0, statistic + sample - k),
  from: 0,
  limit,
});

/** Mean run length by simulation, with its standard error. */
export function simulatedRunLength(chart: Chart, normal: () => number, runs: number): { mean: number; error: number } {
  const lengths = Array.from({ length: runs }, () => {
    let statistic = chart.from;
    let length = 0;
    while (statistic < chart.limit) {
      statistic = chart.next(statistic, normal());
      length += 1;
    }
    return length;
  });
  const mean = lengths.reduce((sum, length) => sum + length, 0) / runs;
  const variance = lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / (runs - 1);
  return { mean, error: Math.sqrt(variance / runs) };
}

/**
 * Mean run length of a one-sided chart by a Markov chain over cells of the statistic (Brook and Evans 1972): `cdf` gives
 * the chance that from `statistic` the next value is at most `to`. Starts in the cell of `start`.
 */
export function exactRunLength(
  cells: { readonly from: number; readonly limit: number; readonly count: number },
  cdf: (statistic: number, to: number) => number,
  start = 0,
): number {
  const { from, limit, count } = cells;
  const width = (limit - from) / count;
  const rows = Array.from({ length: count }, (_, row) => {
    const statistic = row === 0 ? from : from + (row + 0.5) * width;
    const line = new Float64Array(count + 1);
    let below = 0;
    for (let column = 0; column < count; column += 1) {
      const through = cdf(statistic, from + (column + 1) * width);
      line[column] = (column === row ? 1 : 0) - (through - below);
      below = through;
    }
    line[count] = 1;
    return line;
  });
  return solve(rows)[Math.min(count - 1, Math.floor((start - from) / width))] ?? Number.NaN;
}

function solve(rows: Float64Array[]): number[] {
  const size = rows.length;
  for (let pivot = 0; pivot < size; pivot += 1) {
    const line = rows[pivot] as Float64Array;
    for (let other = pivot + 1; other < size; other += 1) {
      const target = rows[other] as Float64Array;
      const factor = (target[pivot] ?? 0) / (line[pivot] ?? 1);
      if (factor === 0) continue;
      for (let column = pivot; column <= size; column += 1) {
        target[column] = (target[column] ?? 0) - factor * (line[column] ?? 0);
      }
    }
  }
  const result = Array.from({ length: size }, () => 0);
  for (let row = size - 1; row >= 0; row -= 1) {
    const line = rows[row] as Float64Array;
    let value = line[size] ?? 0;
    for (let column = row + 1; column < size; column += 1) value -= (line[column] ?? 0) * (result[column] ?? 0);
    result[row] = value / (line[row] ?? 1);
  }
  return result;
}
