import { type Incident, incidentId } from "../incident/incident.ts";
import {
  acknowledgeIncident,
  excludeIncident,
  expectRecurrences,
  getIncident,
  listIncidents,
  markAsNoise,
  resolveIncident,
} from "../operate/incidents.ts";
import { previewIncident } from "../operate/incident-preview.ts";
import type { Operations } from "../operate/operations.ts";
import { type Route, route } from "./route.ts";

export const withId = (incident: Incident): Incident & { readonly id: string } => ({
  ...incident,
  id: incidentId(incident),
});

export function incidentRoutes({ incidents, feedback }: Operations): Route[] {
  return [
    route(listIncidents, async ({ query }) => (await incidents.list(query.state === "all", query.limit)).map(withId)),
    route(getIncident, async ({ id }) => {
      const found = await incidents.get(id);
      return found && { ...found, incident: withId(found.incident) };
    }),
    route(previewIncident, ({ id }) => incidents.preview(id)),
    route(acknowledgeIncident, async ({ id, by, body }) => changed(await incidents.acknowledge(id, by, body.why))),
    route(resolveIncident, async ({ id, by, body }) => changed(await incidents.resolve(id, by, body.why))),
    route(excludeIncident, ({ id, by, body }) => feedback.exclude(id, by, body.why)),
    route(markAsNoise, ({ id, by, body }) => feedback.noise(id, by, body.why)),
    route(expectRecurrences, ({ id, by, body }) => feedback.expect(id, body.durationMs, by, body.why)),
  ];
}

function changed(result: Awaited<ReturnType<Operations["incidents"]["resolve"]>>) {
  return result?.kind === "done" ? withId(result.incident) : result;
}
