import { vi } from "vitest";

/** Repeats the check until it no longer throws. The deadline ends a hang; no machine is too slow for it. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 120_000, interval: 50 });
}
