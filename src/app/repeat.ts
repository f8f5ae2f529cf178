import type { Every } from "../notify/deliver/outbox-poller.ts";

export const repeat: Every = (intervalMs, work) => {
  const timer = setInterval(work, intervalMs);
  return { stop: () => clearInterval(timer) };
};
