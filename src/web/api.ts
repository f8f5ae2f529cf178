import { z } from "zod";
import { type Incident, incidentId } from "../incident/incident.ts";
import { type ApiRoute, done, missing } from "./api-route.ts";
import { baselineRoutes } from "./api-baselines.ts";
import { digestRoutes } from "./api-digest.ts";
import { probeRoutes } from "./api-probes.ts";
import { seriesFeedbackRoutes } from "./api-series-acts.ts";
import * as words from "./api-words.ts";

const listQuery = z.object({
  state: z.enum(["open", "all"]).default("open").describe("all adds the resolved ones"),
});
const deliveriesQuery = z.object({
  state: words.deliveryState.default("failed").describe("those that are in it"),
});
export const withId = (incident: Incident): Incident & { id: string } => ({ ...incident, id: incidentId(incident) });

const incidentRoutes: readonly ApiRoute[] = [
  {
    method: "GET",
    path: "/incidents",
    summary: "incidents that are not over, newest first; state=all adds the resolved ones",
    scope: "read",
    query: listQuery,
    answer: z.array(words.incident),
    async handle(control, { query }) {
      return done((await control.incidents(query["state"] === "all")).map(withId));
    },
  },
  {
    method: "GET",
    path: "/incidents/{id}",
    summary: "one incident: what happened to it, who was told or why not, what became of the deliveries",
    scope: "read",
    answer: words.history,
    async handle(control, { id }) {
      const found = await control.incident(id);
      return found === undefined ? missing("incident") : done({ ...found, incident: withId(found.incident) });
    },
  },
  actRoute("acknowledge", "a person owns it: reminders stop until it resolves"),
  actRoute("resolve", "a person says it is over; bad slots open another one"),
  {
    method: "GET",
    path: "/silences",
    summary: "silences in force or to come",
    scope: "read",
    answer: z.array(words.silence),
    handle: async (control) => done(await control.silences()),
  },
  {
    method: "POST",
    path: "/silences",
    summary: "mute deliveries of what matches, for a while; judging goes on",
    status: 201,
    scope: "act",
    body: words.newSilence,
    answer: words.silence,
    async handle(control, { body, by }) {
      return { status: 201, data: await control.silence(words.newSilence.parse(body), by) };
    },
  },
  {
    method: "DELETE",
    path: "/silences/{id}",
    summary: "end a silence now",
    scope: "act",
    answer: z.object({ expired: z.boolean().describe("it has ended") }),
    async handle(control, { id, by }) {
      return (await control.expireSilence(id, by)) ? done({ expired: true }) : missing("silence");
    },
  },
  {
    method: "GET",
    path: "/acts",
    summary: "who did what by hand, when and why, newest first",
    scope: "read",
    answer: z.array(words.act),
    handle: async (control) => done(await control.acts()),
  },
  {
    method: "GET",
    path: "/deliveries",
    summary: "deliveries by state, newest first",
    scope: "read",
    query: deliveriesQuery,
    answer: z.array(words.delivery),
    async handle(control, { query }) {
      return done(await control.deliveries(deliveriesQuery.parse(query).state));
    },
  },
  {
    method: "POST",
    path: "/deliveries/{id}/retry",
    summary: "try a delivery again that was given up, under its old id",
    conflicts: true,
    scope: "act",
    answer: z.object({ retried: z.boolean().describe("it is tried again") }),
    async handle(control, { id, by }) {
      return (await control.retryDelivery(id, by))
        ? done({ retried: true })
        : { status: 409, error: "no such delivery was given up, or its receiver knows a newer state already" };
    },
  },
];

function actRoute(what: "acknowledge" | "resolve", summary: string): ApiRoute {
  return {
    method: "POST",
    path: `/incidents/{id}/${what}`,
    summary,
    conflicts: true,
    scope: "act",
    body: words.why,
    answer: words.incident,
    async handle(control, { id, body, by }) {
      const result = await control.act(what, id, by, words.why.parse(body).why);
      if (result === undefined) return missing("incident");
      return result.kind === "refused" ? { status: 409, error: result.reason } : done(withId(result.incident));
    },
  };
}

/** Everything the API can do, once: the server, the OpenAPI document and the tests read this table. */
export const apiRoutes: readonly ApiRoute[] = [
  ...incidentRoutes,
  ...baselineRoutes,
  ...seriesFeedbackRoutes,
  ...probeRoutes,
  ...digestRoutes,
];
