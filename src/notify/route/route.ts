import type { Mute } from "../../incident/inhibit.ts";
import { meets } from "../../incident/matcher.ts";
import { type Alerting, plainAlerting } from "../../probe/alerting.ts";
import { shortHash } from "../../std/hash.ts";
import type { Alert, IncidentAlert, OutboxEntry } from "../compose/alert.ts";
import { opensAtMs } from "./hours.ts";

/** What became of one receiver, and why: for `explain` and for the log. */
export type RouteDecision =
  | {
      readonly receiver: string;
      readonly notified: true;
      readonly reason: NotifiedReason;
      /** The route that leads there; none where everybody is notified. */
      readonly by?: string;
      readonly heldUntilMs?: number;
    }
  | {
      readonly receiver: string;
      readonly notified: false;
      readonly reason: NotNotifiedReason;
      /** The silence, window or incident that mutes it, or the limit that is reached. */
      readonly by?: string;
    };

export type NotifiedReason =
  | "opened"
  | "reopened"
  | "severity-rose"
  | "reminded"
  | "unacknowledged"
  | "acknowledged"
  | "resolved";

/**
 * `informative-only`: nothing to act on · `nobody-was-notified`, `was-not-notified-before`: of how it goes on, who was not notified
 * that it began · `no-route`: the routes lead elsewhere · `only-if-unacknowledged`: first somebody else has a while ·
 * `knows-already`: the message is for those that do not · `outside-hours` · `over-cap`: named in a digest instead.
 */
export type NotNotifiedReason =
  | "informative-only"
  | "nobody-was-notified"
  | "not-notified-before"
  | "no-route"
  | "only-if-unacknowledged"
  | "already-notified"
  | "outside-hours"
  | "rate-limited"
  | Mute["reason"];

export interface RouteContext {
  readonly mute?: Mute | undefined;
  /** Who was notified of an earlier transition of the same episode. */
  readonly notified?: ReadonlySet<string>;
  readonly alerting?: Alerting;
  /** Whose turn it is when nobody has acknowledged it. */
  readonly successors?: readonly string[];
  /** Messages about what is wrong within the last hour, by receiver. */
  readonly sent?: ReadonlyMap<string, number>;
  /** Whether other probes ask the same target. */
  readonly isSharedTarget?: boolean;
}

/** Decides for each receiver of the probe, once each, in the order of the configuration. */
export function routeAlert(
  alert: IncidentAlert,
  receivers: readonly string[],
  context: RouteContext = {},
): RouteDecision[] {
  const all = [...new Set(receivers)];
  const { alerting = plainAlerting, notified = new Set(), isSharedTarget = false } = context;
  const led = ledTo(alert, all, alerting);
  return all.map((receiver): RouteDecision => {
    const no = whyNot(alert, receiver, context, led);
    if (no !== undefined) return { receiver, notified: false, ...no };
    const by = led.get(receiver);
    const decision = {
      receiver,
      notified: true,
      reason: whyTold(alert, notified.has(receiver)),
      ...(by && { by }),
    } as const;
    return heldOrNot(alert, decision, alerting, isSharedTarget);
  });
}

/** The routes that lead to each receiver; everybody when there are none, or none leads to anybody. */
function ledTo(alert: Alert, receivers: readonly string[], { routes }: Alerting): ReadonlyMap<string, string> {
  const everybody = new Map(receivers.map((receiver) => [receiver, ""]));
  // The monitor's own trouble is for whoever can be reached.
  if (routes.length === 0 || alert.kind === "monitor") return everybody;
  const matching = routes.filter(({ match }) => meets(match, alert));
  const led = receivers.flatMap((receiver) => {
    const route = matching.find((one) => one.receivers.includes(receiver));
    return route === undefined ? [] : [[receiver, route.name] as const];
  });
  return led.length === 0 ? everybody : new Map(led);
}

interface No {
  readonly reason: NotNotifiedReason;
  readonly by?: string;
}

/** A silence keeps quiet what begins or goes on; that it is over is notified to those who know that it began. */
function whyNot(
  alert: IncidentAlert,
  receiver: string,
  { mute, notified = new Set(), successors = [], alerting = plainAlerting, sent }: RouteContext,
  led: ReadonlyMap<string, string>,
): No | undefined {
  const wasNotified = notified.has(receiver);
  if (alert.severity === "informative") return { reason: "informative-only" };
  switch (alert.event) {
    case "acknowledged":
    case "resolved":
      return wasNotified ? undefined : { reason: notified.size === 0 ? "nobody-was-notified" : "not-notified-before" };
    case "unacknowledged":
      if (mute !== undefined) return mute;
      if (!successors.includes(receiver)) return { reason: wasNotified ? "already-notified" : "no-route" };
      return overCap(receiver, alerting, sent);
    case "opened":
    case "reopened":
    case "escalated":
    case "reminded":
      if (mute !== undefined) return mute;
      if (!wasNotified && !led.has(receiver)) return { reason: notLed(alert, receiver, alerting) };
      return overCap(receiver, alerting, sent);
    default:
      return alert.event satisfies never;
  }
}

function notLed(alert: Alert, receiver: string, { routes }: Alerting): NotNotifiedReason {
  const isSuccessor = routes.some(
    ({ match, escalate }) => escalate?.receivers.includes(receiver) === true && meets(match, alert),
  );
  return isSuccessor ? "only-if-unacknowledged" : "no-route";
}

function overCap(receiver: string, { policies }: Alerting, sent: RouteContext["sent"]): No | undefined {
  const most = policies[receiver]?.maxPerHour;
  if (most === undefined || (sent?.get(receiver) ?? 0) < most) return undefined;
  return { reason: "rate-limited", by: `${most} an hour` };
}

/** Outside its hours a receiver is notified later or not at all; pages only if it says so. */
function heldOrNot(
  alert: IncidentAlert,
  decision: Extract<RouteDecision, { notified: true }>,
  { policies, groupWaitMs }: Alerting,
  isSharedTarget: boolean,
): RouteDecision {
  const { receiver } = decision;
  const atMs = Date.parse(alert.at);
  const gathered =
    groupWaitMs > 0 && begins(alert, decision.reason) && mayShareCause(alert, isSharedTarget)
      ? { heldUntilMs: atMs + groupWaitMs }
      : {};
  const hours = policies[receiver]?.hours;
  const isAnyTime = hours === undefined || (alert.tier === "page" && hours.pages === "always");
  const opensMs = isAnyTime ? undefined : opensAtMs(hours, atMs);
  if (opensMs === undefined) return { ...decision, ...gathered };
  return hours?.outside === "skip"
    ? { receiver, notified: false, reason: "outside-hours", by: `until ${new Date(opensMs).toISOString()}` }
    : { ...decision, heldUntilMs: opensMs };
}

/** What was only informative begins when it no longer is. */
function begins({ event }: Alert, reason: NotifiedReason): boolean {
  return event === "opened" || event === "reopened" || (event === "escalated" && reason === "opened");
}

/**
 * An outage, which others of the same provider may share, and a move, which other probes of the same target may; not
 * what already stands for others.
 */
function mayShareCause({ kind, severity, members }: Alert, isSharedTarget: boolean): boolean {
  if (members !== undefined) return false;
  if (severity === "breaking") return kind === "availability";
  return isSharedTarget && (kind === "availability" || kind === "latency" || kind === "usage");
}

/** For whoever hears of it first it begins now, whatever happened to it before. */
function whyTold({ event }: IncidentAlert, wasTold: boolean): NotifiedReason {
  if (event === "unacknowledged") return event;
  if (!wasTold) return "opened";
  return event === "escalated" ? "severity-rose" : event;
}

/**
 * What is to be delivered of one alert; written in the transaction that writes the transition. `opening` says the same
 * to those who hear of it first.
 */
export function outboxEntries(alert: Alert, routes: readonly RouteDecision[], opening: Alert = alert): OutboxEntry[] {
  return routes.flatMap((route) =>
    route.notified
      ? {
          id: messageId(alert, route.receiver),
          receiver: route.receiver,
          alert: route.reason === "opened" ? opening : alert,
          createdAtMs: Date.parse(alert.at),
          ...(route.heldUntilMs === undefined ? {} : { heldUntilMs: route.heldUntilMs }),
        }
      : [],
  );
}

/**
 * The same for the same transition and receiver, however often it is computed: committing twice cannot make a
 * second message. Standard Webhooks forbids `.` in it.
 */
export function messageId({ incidentId, sequence }: Alert, receiver: string): string {
  return `msg_${shortHash(JSON.stringify([incidentId, sequence, receiver]), 32)}`;
}
