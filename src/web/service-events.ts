import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Operations } from "../operate/operations.ts";
import type { ServiceEvent, ServiceRequest } from "../probe/service-event.ts";
import { plainLine } from "../std/sanitize.ts";
import type { Gate } from "./access.ts";
import { admit } from "./route.ts";

/** What the services of receivers need to say that a person did something there. */
export interface ServiceEventsWorld {
  /** undefined: no such receiver listens. The key of an acknowledgement is the incident's id by then. */
  readonly read: (receiver: string, request: ServiceRequest) => ServiceEvent | undefined;
  readonly nowMs: () => number;
}

/** Each receiver that listens has an address below it. */
export const serviceEventsPath = "/receivers/";

const mostName = 60;

/** Open to everybody who can sign as the service does: neither cookies nor tokens count here. */
export function mountServiceEvents(
  app: OpenAPIHono,
  { read, nowMs }: ServiceEventsWorld,
  { incidents }: Pick<Operations, "incidents">,
  gate: Gate,
): void {
  app.post(`${serviceEventsPath}:name/events`, async (context) => {
    if ("denied" in admit(context, gate, "open")) return context.json({ error: "too many requests" }, 429);
    const { req } = context;
    const name = req.param("name");
    const event = read(name, { header: (one) => req.header(one), body: await req.text(), atMs: nowMs() });
    if (event === undefined) return context.json({ error: "no such receiver listens" }, 404);
    if (event.kind === "forged") return context.json({ error: "the signature does not match" }, 401);
    if (event.kind === "acknowledged") {
      await incidents.acknowledge(event.key, `${plainLine(event.by, mostName)} (${name})`, `in ${name}`);
    }
    // Also when it was refused, such as for an incident that is resolved: sending it again changes nothing.
    return context.body(null, 200);
  });
}
