import type { Mute } from "../../incident/inhibit.ts";
import { meets } from "../../incident/matcher.ts";
import { type Alerting, plainAlerting } from "../../probe/alerting.ts";
import { shortHash } from "../../std/hash.ts";
import type { Alert, IncidentAlert, OutboxEntry } from "../compose/alert.ts";
import { sharedAtOnce } from "../../incident/blast-radius.ts";
import { opensAtMs } from "./hours.ts";

/** Whether one receiver is notified, and why: for `incident show` and for the log. */
export type RouteDecision =
  | {
      readonly receiver: string;
      readonly notified: true;
      readonly reason: NotifiedReason;
      /** The route that matched; none where every receiver is notified. */
      readonly by?: string;
      readonly heldUntilMs?: number;
      readonly dueWhenAnsweredMs?: number;
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
 * `informative-only`: nothing to act on · `nobody-was-notified`, `not-notified-before`: no updates for receivers that were
 * not notified of the beginning · `no-route`: no matching route · `only-if-unacknowledged`: others are notified first ·
 * `already-notified`: the message is for further receivers · `same-cause`: they know it by another incident · `outside-hours` · `rate-limited`: a summary names it instead.
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
  | "same-cause"
  | Mute["reason"];

export interface RouteContext {
  readonly mute?: Mute | undefined;
  /** Receivers that were notified of an earlier transition of the same episode. */
  readonly notified?: ReadonlySet<string>;
  readonly alerting?: Alerting;
  /** The receivers to notify because nobody acknowledged the incident. */
  readonly successors?: readonly string[];
  /** Messages about what is wrong within the last hour, by receiver. */
  readonly sent?: ReadonlyMap<string, number>;
  /** By receiver: the incident by which it knows of the same cause. */
  readonly known?: ReadonlyMap<string, string>;
  /** Whether other probes ask the same target, or the same of other targets. */
  readonly hasPeers?: boolean;
}

/** Decides for each receiver of the probe, once each, in the order of the configuration. */
export function routeAlert(
  alert: IncidentAlert,
  receivers: readonly string[],
  context: RouteContext = {},
): RouteDecision[] {
  const all = [...new Set(receivers)];
  const { alerting = plainAlerting, notified = new Set(), hasPeers = false } = context;
  const routed = routesTo(alert, all, alerting);
  return all.map((receiver): RouteDecision => {
    const no = whyNot(alert, receiver, context, routed);
    if (no !== undefined) return { receiver, notified: false, ...no };
    const by = routed.get(receiver);
    const decision = {
      receiver,
      notified: true,
      reason: whyNotified(alert, notified.has(receiver)),
      ...(by && { by }),
    } as const;
    return heldOrNot(alert, decision, alerting, hasPeers);
  });
}

/** The route to each receiver; every receiver when there are no routes, or none matches. */
function routesTo(alert: Alert, receivers: readonly string[], { routes }: Alerting): ReadonlyMap<string, string> {
  const everybody = new Map(receivers.map((receiver) => [receiver, ""]));
  // Every receiver is notified of the monitor's own incidents.
  if (routes.length === 0 || alert.kind === "monitor") return everybody;
  const matching = routes.filter(({ match }) => meets(match, alert));
  const routed = receivers.flatMap((receiver) => {
    const route = matching.find((one) => one.receivers.includes(receiver));
    return route === undefined ? [] : [[receiver, route.name] as const];
  });
  return routed.length === 0 ? everybody : new Map(routed);
}

interface No {
  readonly reason: NotNotifiedReason;
  readonly by?: string;
}

/** A mute suppresses new and ongoing alerts; the resolution goes to whoever was notified of the beginning. */
function whyNot(
  alert: IncidentAlert,
  receiver: string,
  { mute, notified = new Set(), successors = [], alerting = plainAlerting, sent, known }: RouteContext,
  routed: ReadonlyMap<string, string>,
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
      return rateLimit(receiver, alerting, sent);
    case "opened":
    case "reopened":
    case "escalated":
    case "reminded":
      if (mute !== undefined) return mute;
      if (!wasNotified && !routed.has(receiver)) return { reason: whyNotRouted(alert, receiver, alerting) };
      if (!wasNotified && known?.has(receiver)) return { reason: "same-cause", by: known.get(receiver) ?? "" };
      return rateLimit(receiver, alerting, sent);
    default:
      return alert.event satisfies never;
  }
}

function whyNotRouted(alert: Alert, receiver: string, { routes }: Alerting): NotNotifiedReason {
  const isSuccessor = routes.some(
    ({ match, escalate }) => escalate?.receivers.includes(receiver) === true && meets(match, alert),
  );
  return isSuccessor ? "only-if-unacknowledged" : "no-route";
}

function rateLimit(receiver: string, { policies }: Alerting, sent: RouteContext["sent"]): No | undefined {
  const most = policies[receiver]?.maxPerHour;
  if (most === undefined || (sent?.get(receiver) ?? 0) < most) return undefined;
  return { reason: "rate-limited", by: `${most} an hour` };
}

/** Outside its hours a receiver is notified later or not at all; for pages this must be configured. */
function heldOrNot(
  alert: IncidentAlert,
  decision: Extract<RouteDecision, { notified: true }>,
  { policies, groupWaitMs, neighbours }: Alerting,
  hasPeers: boolean,
): RouteDecision {
  const { receiver } = decision;
  const atMs = Date.parse(alert.at);
  const isBeginning = begins(alert, decision.reason);
  const groupMs = isBeginning && mayShareCause(alert, hasPeers) ? groupWaitMs : 0;
  const isAsking = isBeginning && hasPeers && neighbours.most > 0 && awaitsNeighbours(alert);
  const answersMs = isAsking ? neighbours.waitMs : 0;
  const waitMs = Math.max(groupMs, answersMs);
  const gathered = {
    ...(waitMs > 0 && { heldUntilMs: atMs + waitMs }),
    ...(answersMs > groupMs && { dueWhenAnsweredMs: atMs + groupMs }),
  };
  const hours = policies[receiver]?.hours;
  const isAnyTime = hours === undefined || (alert.tier === "page" && hours.pages === "always");
  const opensMs = isAnyTime ? undefined : opensAtMs(hours, atMs);
  if (opensMs === undefined) return { ...decision, ...gathered };
  return hours?.outside === "skip"
    ? { receiver, notified: false, reason: "outside-hours", by: `until ${new Date(opensMs).toISOString()}` }
    : { ...decision, heldUntilMs: opensMs };
}

/** An incident that was only informative begins when its severity rises. */
function begins({ event }: Alert, reason: NotifiedReason): boolean {
  return event === "opened" || event === "reopened" || (event === "escalated" && reason === "opened");
}

/**
 * An outage or a move, which other targets of the same provider or other probes of the same target may share; not
 * what already stands for others.
 */
function mayShareCause({ kind, severity, members }: Alert, hasPeers: boolean): boolean {
  if (members !== undefined) return false;
  if (severity === "breaking") return kind === "availability";
  return hasPeers && (kind === "availability" || kind === "latency" || kind === "usage");
}

/** Confirmed within one run: who else is affected is being asked just now. A policy breach waits for nobody. */
function awaitsNeighbours({ kind, badRuns, members }: Alert): boolean {
  return badRuns <= 1 && members === undefined && sharedAtOnce.includes(kind);
}

/** The first message to a receiver says that the incident opened, whatever happened before. */
function whyNotified({ event }: IncidentAlert, wasNotified: boolean): NotifiedReason {
  if (event === "unacknowledged") return event;
  if (!wasNotified) return "opened";
  return event === "escalated" ? "severity-rose" : event;
}

/**
 * The outbox entries of one alert; written in the transaction that writes the transition. `opening` is the message for
 * receivers that have not been notified before.
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
          ...(route.dueWhenAnsweredMs === undefined ? {} : { dueWhenAnsweredMs: route.dueWhenAnsweredMs }),
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
