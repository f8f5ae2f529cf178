export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

const millisecondsPer = { ms: 1, s: secondMs, m: minuteMs, h: hourMs, d: dayMs } as const;
type Unit = keyof typeof millisecondsPer;

/** `30s`, `5m`, `1h30m`, `250ms` → milliseconds; undefined when the text is no duration. */
export function parseDurationMs(text: string): number | undefined {
  const compact = text.trim();
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(compact)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    totalMs += Number(amount) * millisecondsPer[unit as Unit];
  }
  return Math.round(totalMs);
}

/** The shortest readable form: `850 ms`, `1.24 s`, `3 min`, `2 h 5 min`. */
export function formatDurationMs(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${Number((durationMs / 1000).toFixed(2))} s`;
  const minutes = Math.round(durationMs / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} d`;
}
