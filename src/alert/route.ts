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

export type ToldReason = "opened" | "severity-rose" | "reminded" | "acknowledged" | "resolved";

/** `informative-only`: nothing to act on. `nobody-was-told`: of how it goes on, who was not told that it began. */
export type NotToldReason = "informative-only" | "nobody-was-told" | Mute["reason"];

export interface RouteContext {
  readonly mute?: Mute | undefined;
  /** Of an earlier transition of the same episode. */
  readonly wasTold?: boolean;
}

/** Decides for each receiver of the probe, once each, in the order of the configuration. */
export function routeAlert(
  alert: Alert,
  receivers: readonly string[],
  { mute, wasTold = false }: RouteContext = {},
): RouteDecision[] {
  const reason = whyNot(alert, mute, wasTold);
  return [...new Set(receivers)].map((receiver) =>
    reason === undefined
      ? { receiver, told: true, reason: whyTold(alert) }
      : { receiver, told: false, reason, ...(reason === mute?.reason ? { by: mute.by } : {}) },
  );
}

/** A silence keeps quiet what begins or goes on; that it is over is told to those who know that it began. */
function whyNot({ severity, event }: Alert, mute: Mute | undefined, wasTold: boolean): NotToldReason | undefined {
  if (severity === "informative") return "informative-only";
  switch (event) {
    case "opened":
    case "escalated":
    case "reminded":
      return mute?.reason;
    case "acknowledged":
    case "resolved":
      return wasTold ? undefined : "nobody-was-told";
    default:
      return event satisfies never;
  }
}

function whyTold({ event }: Alert): ToldReason {
  return event === "escalated" ? "severity-rose" : event;
}

/** What is to be delivered of one alert; written in the transaction that writes the transition. */
export function outboxEntries(alert: Alert, routes: readonly RouteDecision[]): OutboxEntry[] {
  return routes
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
