import type { Every } from "../alert/relay.ts";

export const repeat: Every = (intervalMs, work) => {
  const timer = setInterval(work, intervalMs);
  return { stop: () => clearInterval(timer) };
};
