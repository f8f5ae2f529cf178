/** Shared pieces of the benchmarks. Every figure is printed; none is asserted. */

export interface Cpu {
  readonly perUnitMs: number;
  readonly wallMs: number;
}

/** User + system CPU time of this process for `units` pieces of work, in milliseconds each. */
export async function cpuOf(units: number, work: () => Promise<void>): Promise<Cpu> {
  const wallStart = performance.now();
  const cpuStart = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpuStart);
  return { perUnitMs: (user + system) / 1000 / units, wallMs: performance.now() - wallStart };
}

/** The q-quantile of unsorted values, nearest rank. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
