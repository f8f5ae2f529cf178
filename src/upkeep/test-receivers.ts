import { nextCronTime } from "../std/cron.ts";
import type { OutboxEntry } from "../notify/compose/alert.ts";
import { testEntry } from "../notify/compose/test-alert.ts";
import { testReasons } from "../notify/compose/test-reason.ts";
import type { Alerting } from "../probe/alerting.ts";

export interface ReceiverTestStore {
  /** When receivers were tested last, Unix milliseconds; 0: never. */
  receiversTestedAtMs(): Promise<number>;
  /** Writes these messages to the outbox; false if another process has begun a test since `beforeMs`. */
  testReceivers(test: {
    readonly beforeMs: number;
    readonly atMs: number;
    readonly outbox: readonly OutboxEntry[];
  }): Promise<boolean>;
}

interface ReceiverTestWorld {
  readonly store: ReceiverTestStore;
  readonly alerting: Alerting;
}

/**
 * Sends a test alert and its resolution to each receiver when they are due, by the way of every alert: a receiver that
 * does not take them opens the incident about its deliveries, of which the others are notified. The first look only
 * begins the first interval; after a time in which nobody looked there is one test.
 */
export async function testReceivers({ store, alerting }: ReceiverTestWorld, nowMs: number): Promise<boolean> {
  const times = alerting.receiverTests;
  if (times === undefined) return false;
  const { atMinute, days, tz, receivers } = times;
  const beforeMs = await store.receiversTestedAtMs();
  if (beforeMs === 0) {
    await store.testReceivers({ beforeMs, atMs: nowMs, outbox: [] });
    return false;
  }
  const cron = `${atMinute % 60} ${Math.floor(atMinute / 60)} * * ${days.join(",")}`;
  if (nextCronTime(cron, tz, beforeMs) > nowMs) return false;
  const outbox = receivers.flatMap((receiver) =>
    (["opened", "resolved"] as const).map((event) => testEntry(receiver, event, nowMs, testReasons.quiet)),
  );
  return store.testReceivers({ beforeMs, atMs: nowMs, outbox });
}
