import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import type { JsonObject } from "../std/json.ts";
import type { Overview } from "../operate/overview.ts";
import { getStatus, type Health, liveness, readiness } from "../operate/status.ts";
import type { Gate } from "./access.ts";
import type { Checked } from "./health.ts";
import { withId } from "./incidents.ts";
import { success, tooMany } from "./responses.ts";
import { admitted, route } from "./route.ts";

export interface StatusSources {
  /** Probes come in pages, counted from 1. */
  overview(page: number): Promise<Overview>;
  /** What this process knows already: asks nobody. */
  health(): Checked;
  /** The JSON Schema of webhook bodies; undefined = not served. */
  readonly alertSchema?: JsonObject | undefined;
  /** In Prometheus' text format; undefined = not served. */
  readonly metrics?: (() => Promise<string>) | undefined;
}

const description = "open: needs no token";
const security: Record<string, string[]>[] = [];

const open = (gate: Gate) => ({ description, security, middleware: [admitted(gate, "open")] });

/** The health of this process and of the monitor, for what restarts and watches it. */
export function mountHealth(app: OpenAPIHono, { health, metrics }: StatusSources, gate: Gate): void {
  const live = createRoute({
    method: "get",
    path: "/healthz",
    summary: "check liveness: 503 asks for a restart",
    description,
    security,
    responses: { 200: success("done", liveness), 503: success("no slot was consumed for too long", liveness) },
  });
  // Without a limit: whoever restarts the process must always get an answer.
  app.openapi(live, (context) => {
    const { live: isLive, reasons } = health();
    return context.json({ live: isLive, reasons }, isLive ? 200 : 503);
  });
  const ready = createRoute({
    method: "get",
    path: "/readyz",
    summary: "check readiness",
    ...open(gate),
    responses: {
      200: success("done", readiness),
      503: success("the store does not answer, or something else is wrong", readiness),
      ...tooMany,
    },
  });
  app.openapi(ready, (context) => {
    const { ready: isReady, reasons, warnings } = health();
    return context.json({ ready: isReady, reasons: [...reasons], warnings: [...warnings] }, isReady ? 200 : 503);
  });
  if (metrics !== undefined) {
    const scrape = createRoute({
      method: "get",
      path: "/metrics",
      summary: "get all metrics in the text format of Prometheus",
      ...open(gate),
      responses: { 200: success("done", z.string(), "text/plain"), ...tooMany },
    });
    app.openapi(scrape, async (context) =>
      context.body(await metrics(), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }),
    );
  }
}

/** The state of everything, for people and programs. */
export function mountStatus(app: OpenAPIHono, { overview, health, alertSchema }: StatusSources, gate: Gate): void {
  const own = (): Health => {
    const { live: isLive, ready: isReady, reasons } = health();
    return { live: isLive, ready: isReady, reasons };
  };
  route(
    getStatus,
    async ({ query: { page } }) => {
      const known = await overview(page);
      return { ...known, incidents: known.incidents.map(withId), health: own() };
    },
    () => ({ health: own() }),
  )(app, gate);
  if (alertSchema !== undefined) {
    const schema = createRoute({
      method: "get",
      path: "/api/v1/alert.schema.json",
      summary: "get the JSON Schema of webhook bodies",
      ...open(gate),
      responses: { 200: success("done", z.looseObject({})), ...tooMany },
    });
    app.openapi(schema, (context) => context.json(alertSchema));
  }
}
