import type { Incident, Transition } from "../incident/incident.ts";
import type { Mute } from "../incident/mute.ts";
import type { Neighbour } from "../incident/reach.ts";
import type { Aftermath } from "./aftermath.ts";
import { composeAlert } from "./compose.ts";
import { outboxEntries, routeAlert } from "./route.ts";

/**
 * One transition, told: the incident remembers it, the receivers get their entries, `explain` its reasons. Whoever was
 * told that it began is told how it goes on; what happens while it is muted is owed until it no longer is.
 */
export function tell(
  incident: Incident,
  transition: Transition,
  receivers: readonly string[],
  mute?: Mute,
  neighbours?: readonly Neighbour[],
): Aftermath {
  const alert = composeAlert(incident, transition, neighbours);
  const opening = composeAlert(incident, { ...transition, kind: "opened" }, neighbours);
  const routes = routeAlert(alert, receivers, { mute, told: toldOf(incident, receivers) });
  const outbox = outboxEntries(alert, routes, opening);
  const isTold = outbox.length > 0;
  const told: Incident = {
    ...incident,
    toldAtMs: isTold ? transition.atMs : incident.toldAtMs,
    told: { ...Object.fromEntries(outbox.map(({ receiver }) => [receiver, transition.atMs])), ...incident.told },
    isOwed: !isTold && (incident.isOwed === true || mute !== undefined),
  };
  return { incidents: [told], transitions: [{ ...transition, routes }], outbox };
}

/** Rows of before it was kept who was told: everybody was. */
function toldOf({ told, toldAtMs }: Incident, receivers: readonly string[]): ReadonlySet<string> {
  return new Set(told === undefined && toldAtMs !== undefined ? receivers : Object.keys(told ?? {}));
}
