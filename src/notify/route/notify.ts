import type { Incident, Transition } from "../../incident/incident.ts";
import { logReceivers, notifiedReceivers } from "../../incident/notification-log.ts";
import { knownBy } from "../../incident/same-cause.ts";
import type { Mute } from "../../incident/inhibit.ts";
import type { PeerProbe } from "../../incident/blast-radius.ts";
import type { Alerting } from "../../probe/alerting.ts";
import type { Effects } from "../effects.ts";
import { composeAlert } from "../compose/compose.ts";
import { outboxEntries, routeAlert, type RouteDecision } from "./route.ts";

/** What decides who is notified, besides the incident itself. */
export interface NotifyContext {
  readonly alerting?: Alerting;
  readonly mute?: Mute | undefined;
  readonly peers?: readonly PeerProbe[] | undefined;
  readonly changes?: readonly Incident[] | undefined;
  readonly successors?: readonly string[];
  readonly sent?: ReadonlyMap<string, number>;
  /** Nobody checks it any more, and why; `""`: unknown. */
  readonly unchecked?: string;
}

/**
 * Routes one transition: outbox entries for the receivers, the decisions for `explain`, and the incident with both in
 * its notification log. Whoever was notified of the beginning is notified of what follows. What happens while the
 * incident is muted stays pending until the mute ends.
 */
export function notify(
  incident: Incident,
  transition: Transition,
  receivers: readonly string[],
  { peers, changes = [], unchecked, ...context }: NotifyContext = {},
): Effects {
  const alert = composeAlert(incident, transition, peers, unchecked);
  const opening = composeAlert(incident, { ...transition, kind: "opened" }, peers, unchecked);
  const hasPeers = peers !== undefined && peers.length > 0;
  const routes = routeAlert(alert, receivers, {
    ...context,
    notified: notifiedReceivers(incident, receivers),
    known: knownBy(incident, changes, receivers),
    hasPeers,
  });
  const outbox = outboxEntries(alert, routes, opening);
  const isNotified = outbox.length > 0;
  const { notifications: log = {} } = incident;
  const rateLimited = Object.fromEntries(
    routes.flatMap(({ reason, receiver }) => (reason === "rate-limited" ? [[receiver, transition.atMs]] : [])),
  );
  const isInDigest = Object.keys(rateLimited).length > 0;
  const newly = outbox.map(({ receiver, heldUntilMs = transition.atMs }) => [receiver, heldUntilMs] as const);
  const notified: Incident = {
    ...incident,
    notifications: {
      ...(log.uncheckedSlotMs === undefined ? {} : { uncheckedSlotMs: log.uncheckedSlotMs }),
      lastNotifiedAtMs: isNotified || isInDigest ? transition.atMs : log.lastNotifiedAtMs,
      receivers: logReceivers(incident, Object.fromEntries(newly), rateLimited),
      isPending: !isNotified && (log.isPending === true || routes.some(({ reason }) => isPutOff(reason, context.mute))),
      muted: isNotified ? undefined : (context.mute ?? sameCauseIn(routes) ?? log.muted),
    },
  };
  return { incidents: [notified], transitions: [{ ...transition, routes }], outbox };
}

function sameCauseIn(routes: readonly RouteDecision[]): { readonly reason: string; readonly by: string } | undefined {
  const found = routes.find(({ reason }) => reason === "same-cause");
  return found?.by === undefined ? undefined : { reason: found.reason, by: found.by };
}

/** Whether nobody was notified for a reason that will end. */
function isPutOff(reason: string, mute: Mute | undefined): boolean {
  return reason === "outside-hours" || reason === "same-cause" || reason === mute?.reason;
}
