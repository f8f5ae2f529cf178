import { shortHash } from "../std/hash.ts";
import type { Alert, OutboxEntry } from "./alert.ts";

/** What became of one receiver, and why: for `explain` and for the log. */
export type RouteDecision =
  | { readonly receiver: string; readonly told: true; readonly reason: ToldReason }
  | { readonly receiver: string; readonly told: false; readonly reason: NotToldReason };

export type ToldReason = "opened" | "severity-rose" | "acknowledged" | "resolved";

/** `informative-only`: good to know, nothing to act on. */
export type NotToldReason = "informative-only";

/** Decides for each receiver of the probe, once each, in the order of the configuration. */
export function routeAlert(alert: Alert, receivers: readonly string[]): RouteDecision[] {
  return [...new Set(receivers)].map((receiver) => {
    if (alert.severity === "informative") return { receiver, told: false, reason: "informative-only" };
    return { receiver, told: true, reason: whyTold(alert) };
  });
}

function whyTold({ event }: Alert): ToldReason {
  return event === "escalated" ? "severity-rose" : event;
}

/** What is to be delivered of one alert; written in the transaction that writes the transition. */
export function outboxEntries(alert: Alert, receivers: readonly string[]): OutboxEntry[] {
  return routeAlert(alert, receivers)
    .filter(({ told }) => told)
    .map(({ receiver }) => ({
      id: messageId(alert, receiver),
      receiver,
      alert,
      createdAtMs: Date.parse(alert.at),
    }));
}

/**
 * The same for the same transition and receiver, however often it is computed: committing twice cannot make a
 * second message. Standard Webhooks forbids `.` in it.
 */
function messageId({ incidentId, sequence }: Alert, receiver: string): string {
  return `msg_${shortHash(JSON.stringify([incidentId, sequence, receiver]), 32)}`;
}
