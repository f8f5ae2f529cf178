import type { Every } from "../std/repeat.ts";

export const repeat: Every = (intervalMs, work) => {
  const timer = setInterval(work, intervalMs);
  return { stop: () => clearInterval(timer) };
};
