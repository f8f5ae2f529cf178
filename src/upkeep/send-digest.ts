import { nextCronTime } from "../std/cron.ts";
import { digestEntries } from "../notify/compose/digest-message.ts";
import type { Alerting, DigestTimes } from "../probe/alerting.ts";
import type { Probe } from "../probe/probe.ts";
import { type DigestStore, digestNow } from "./digest.ts";

export interface DigestWorld {
  readonly store: DigestStore;
  readonly probes: readonly Probe[];
  readonly alerting: Alerting;
}

/**
 * Ends the day at its hour: keeps what stands out and sends it once, however many processes try at the same time. After
 * a time in which nobody looked there is one digest of all of it. The first look only begins the first day.
 */
export async function sendDigest(world: DigestWorld, nowMs: number): Promise<boolean> {
  const { store, alerting } = world;
  const times = alerting.digest;
  if (times === undefined) return false;
  const { dailyMs: beforeMs } = await store.fleet();
  if (beforeMs === 0) return store.endDay({ beforeMs, atMs: nowMs, outbox: [] });
  if (nextEndMs(times, beforeMs) > nowMs) return false;
  const digest = await digestNow(world, nowMs);
  const outbox = digestEntries(digest, times.receivers, await store.lastDigest());
  return store.endDay({ beforeMs, atMs: nowMs, digest, outbox });
}

/** Forwards from when it was ended last, as the schedule of the probes does: by the clocks of its time zone. */
export function nextEndMs({ atMinute, tz }: DigestTimes, afterMs: number): number {
  const cron = `${atMinute % 60} ${Math.floor(atMinute / 60)} * * *`;
  return nextCronTime(cron, tz, afterMs) ?? Infinity;
}
