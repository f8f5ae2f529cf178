import type { Incident, Transition } from "../../incident/incident.ts";
import type { Mute } from "../../incident/inhibit.ts";
import type { PeerProbe } from "../../incident/reach.ts";
import type { Alerting } from "../../probe/alerting.ts";
import type { Effects } from "../effects.ts";
import { composeAlert } from "../compose/compose.ts";
import { outboxEntries, routeAlert } from "./route.ts";

/** What decides who is told, besides the incident itself. */
export interface NotifyContext {
  readonly alerting?: Alerting;
  readonly mute?: Mute | undefined;
  readonly neighbours?: readonly PeerProbe[] | undefined;
  readonly successors?: readonly string[];
  readonly sent?: ReadonlyMap<string, number>;
}

/**
 * One transition, told: the incident remembers it, the receivers get their entries, `explain` its reasons. Whoever was
 * told that it began is told how it goes on; what happens while it is muted is owed until it no longer is.
 */
export function notify(
  incident: Incident,
  transition: Transition,
  receivers: readonly string[],
  { neighbours, ...context }: NotifyContext = {},
): Effects {
  const alert = composeAlert(incident, transition, neighbours);
  const opening = composeAlert(incident, { ...transition, kind: "opened" }, neighbours);
  const isSharedTarget = neighbours?.some(({ target }) => target === incident.target) === true;
  const routes = routeAlert(alert, receivers, { ...context, told: notifiedOf(incident, receivers), isSharedTarget });
  const outbox = outboxEntries(alert, routes, opening);
  const isNotified = outbox.length > 0;
  const isInDigest = routes.some(({ reason }) => reason === "over-cap");
  const newly = outbox.map(({ receiver, heldUntilMs = transition.atMs }) => [receiver, heldUntilMs] as const);
  const notified: Incident = {
    ...incident,
    toldAtMs: isNotified || isInDigest ? transition.atMs : incident.toldAtMs,
    told: { ...Object.fromEntries(newly), ...incident.told },
    overCap: {
      ...incident.overCap,
      ...Object.fromEntries(
        routes.filter(({ reason }) => reason === "over-cap").map(({ receiver }) => [receiver, transition.atMs]),
      ),
    },
    muted: isNotified ? undefined : (context.mute ?? incident.muted),
    isOwed: !isNotified && (incident.isOwed === true || routes.some(({ reason }) => isPutOff(reason, context.mute))),
  };
  return { incidents: [notified], transitions: [{ ...transition, routes }], outbox };
}

/** Not told for a reason that passes. */
function isPutOff(reason: string, mute: Mute | undefined): boolean {
  return reason === "outside-hours" || reason === mute?.reason;
}

/** Rows of before it was kept who was told: everybody was. */
function notifiedOf({ told: notified, toldAtMs }: Incident, receivers: readonly string[]): ReadonlySet<string> {
  return new Set(notified === undefined && toldAtMs !== undefined ? receivers : Object.keys(notified ?? {}));
}
