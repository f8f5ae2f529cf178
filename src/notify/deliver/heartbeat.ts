import type { Receiver } from "../../probe/receiver.ts";
import { testEntry } from "../compose/test-alert.ts";
import type { OutboxEntry } from "../compose/alert.ts";
import { type DeliveryKind, jsonMessage, urlOf } from "./receiver-kind.ts";

/** No configured receiver can have this name. */
export const heartbeatName = "(heartbeat)";

export const heartbeatKindName = "heartbeat";

const timeoutMs = 10_000;
/** An older heartbeat says nothing about now. */
const freshIntervals = 2;

/** A heartbeat in the outbox: it takes the way of every alert, so that it proves that alerts arrive. */
export function heartbeatEntry(runId: string | undefined, nowMs: number): OutboxEntry {
  const { id, alert } = testEntry(heartbeatName, "resolved", nowMs);
  const own = { incidentId: "heartbeat", fingerprint: "heartbeat", event: "digest", status: "information" } as const;
  const evidence = runId === undefined ? [] : [{ runId }];
  const texts = {
    reason: "heartbeat",
    summary: "Plumbline works",
    changes: [],
    nextStep: "No action needed.",
    evidence,
  };
  return { id, receiver: heartbeatName, alert: { ...alert, ...own, ...texts }, createdAtMs: nowMs };
}

export function heartbeatReceiver({ url, allowPrivate }: Pick<Receiver, "url" | "allowPrivate">): Receiver {
  return { kind: heartbeatKindName, name: heartbeatName, url, allowPrivate, timeoutMs };
}

/** A missing heartbeat is the alarm: a failure is not retried and opens no incident. */
export function heartbeatKind(everyMs: number): DeliveryKind {
  return {
    statuses: {},
    forgets: false,
    isRoutine: true,
    render(entry, receiver, secret, atMs) {
      const ageMs = atMs - entry.createdAtMs;
      if (ageMs > freshIntervals * everyMs + timeoutMs) return { refused: "the heartbeat is out of date" };
      return jsonMessage(urlOf(receiver, secret), { type: "plumbline.heartbeat" });
    },
  };
}
