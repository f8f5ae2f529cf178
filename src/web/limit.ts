/** So many are kept apart; of more the oldest are forgotten. */
const mostKeys = 10_000;
const windowMs = 60_000;

/** Counts per key and minute: true while no more than `most` have come. Times are monotonic. */
export function createLimit(most: number, nowMs: () => number): (key: string) => boolean {
  const windows = new Map<string, { readonly sinceMs: number; count: number }>();
  return (key) => {
    const now = nowMs();
    const known = windows.get(key);
    if (known !== undefined && now - known.sinceMs < windowMs) {
      known.count += 1;
      return known.count <= most;
    }
    windows.delete(key);
    windows.set(key, { sinceMs: now, count: 1 });
    for (const oldest of windows.keys()) {
      if (windows.size <= mostKeys) break;
      windows.delete(oldest);
    }
    return true;
  };
}
