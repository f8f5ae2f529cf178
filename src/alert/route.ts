import type { Mute } from "../incident/mute.ts";
import { shortHash } from "../std/hash.ts";
import type { Alert, OutboxEntry } from "./alert.ts";

/** What became of one receiver, and why: for `explain` and for the log. */
export type RouteDecision =
  | { readonly receiver: string; readonly told: true; readonly reason: ToldReason }
  | {
      readonly receiver: string;
      readonly told: false;
      readonly reason: NotToldReason;
      /** The silence or the incident that mutes it. */
      readonly by?: string;
    };

export type ToldReason = "opened" | "reopened" | "severity-rose" | "reminded" | "acknowledged" | "resolved";

/** `informative-only`: nothing to act on. `nobody-was-told`: of how it goes on, who was not told that it began. */
export type NotToldReason = "informative-only" | "nobody-was-told" | "was-not-told-before" | Mute["reason"];

export interface RouteContext {
  readonly mute?: Mute | undefined;
  /** Who was told of an earlier transition of the same episode. */
  readonly told?: ReadonlySet<string>;
}

/** Decides for each receiver of the probe, once each, in the order of the configuration. */
export function routeAlert(
  alert: Alert,
  receivers: readonly string[],
  { mute, told = new Set() }: RouteContext = {},
): RouteDecision[] {
  return [...new Set(receivers)].map((receiver) => {
    const reason = whyNot(alert, mute, told, receiver);
    if (reason === undefined) return { receiver, told: true, reason: whyTold(alert, told.has(receiver)) };
    return { receiver, told: false, reason, ...(reason === mute?.reason ? { by: mute.by } : {}) };
  });
}

/** A silence keeps quiet what begins or goes on; that it is over is told to those who know that it began. */
function whyNot(
  { severity, event }: Alert,
  mute: Mute | undefined,
  told: ReadonlySet<string>,
  receiver: string,
): NotToldReason | undefined {
  if (severity === "informative") return "informative-only";
  switch (event) {
    case "opened":
    case "reopened":
    case "escalated":
    case "reminded":
      return mute?.reason;
    case "acknowledged":
    case "resolved":
      if (told.has(receiver)) return undefined;
      return told.size === 0 ? "nobody-was-told" : "was-not-told-before";
    default:
      return event satisfies never;
  }
}

/** For whoever hears of it first it begins now, whatever happened to it before. */
function whyTold({ event }: Alert, wasTold: boolean): ToldReason {
  if (!wasTold) return "opened";
  return event === "escalated" ? "severity-rose" : event;
}

/**
 * What is to be delivered of one alert; written in the transaction that writes the transition. `opening` says the same
 * to those who hear of it first.
 */
export function outboxEntries(alert: Alert, routes: readonly RouteDecision[], opening: Alert = alert): OutboxEntry[] {
  return routes
    .filter(({ told }) => told)
    .map(({ receiver, reason }) => ({
      id: messageId(alert, receiver),
      receiver,
      alert: reason === "opened" ? opening : alert,
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
