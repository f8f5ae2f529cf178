import type { Incident, Transition } from "../../incident/incident.ts";
import { logReceivers, notifiedReceivers } from "../../incident/notification-log.ts";
import type { Mute } from "../../incident/inhibit.ts";
import type { PeerProbe } from "../../incident/blast-radius.ts";
import type { Alerting } from "../../probe/alerting.ts";
import type { Effects } from "../effects.ts";
import { composeAlert } from "../compose/compose.ts";
import { outboxEntries, routeAlert } from "./route.ts";

/** What decides who is notified, besides the incident itself. */
export interface NotifyContext {
  readonly alerting?: Alerting;
  readonly mute?: Mute | undefined;
  readonly peers?: readonly PeerProbe[] | undefined;
  readonly successors?: readonly string[];
  readonly sent?: ReadonlyMap<string, number>;
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
  { peers, ...context }: NotifyContext = {},
): Effects {
  const alert = composeAlert(incident, transition, peers);
  const opening = composeAlert(incident, { ...transition, kind: "opened" }, peers);
  const isSharedTarget = peers?.some(({ target }) => target === incident.target) === true;
  const routes = routeAlert(alert, receivers, {
    ...context,
    notified: notifiedReceivers(incident, receivers),
    isSharedTarget,
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
      lastNotifiedAtMs: isNotified || isInDigest ? transition.atMs : log.lastNotifiedAtMs,
      receivers: logReceivers(incident, Object.fromEntries(newly), rateLimited),
      isPending: !isNotified && (log.isPending === true || routes.some(({ reason }) => isPutOff(reason, context.mute))),
      muted: isNotified ? undefined : (context.mute ?? log.muted),
    },
  };
  return { incidents: [notified], transitions: [{ ...transition, routes }], outbox };
}

/** Whether nobody was notified for a reason that will end. */
function isPutOff(reason: string, mute: Mute | undefined): boolean {
  return reason === "outside-hours" || reason === mute?.reason;
}
