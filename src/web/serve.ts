import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { JsonObject } from "../std/json.ts";
import type { Overview } from "../operate/overview.ts";
import type { Health } from "./health.ts";
import { withId } from "./api.ts";
import { guardBrowsers, limitBodies } from "./guard.ts";
import { type LinkActionsWorld, mountLinkActions } from "./mount-acts.ts";
import type { ExportStore } from "../operate/export.ts";
import { admit, type ApiWorld, mountApi } from "./mount-api.ts";
import { mountExport } from "./mount-export.ts";
import { status } from "./status-words.ts";

export interface WebSources {
  overview(): Promise<Overview>;
  health(): Health;
  readonly api: ApiWorld;
  /** What was observed, for analysis elsewhere; undefined = not offered. */
  readonly observations?: ExportStore | undefined;
  /** What links in alerts lead to; undefined = there are none. */
  readonly acts?: LinkActionsWorld | undefined;
  /** The JSON Schema of what webhooks are sent; undefined = not offered. */
  readonly alertSchema?: JsonObject | undefined;
  /** In Prometheus' text format; undefined = not offered. */
  readonly metrics?: (() => Promise<string>) | undefined;
}

export interface WebServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Health for machines, and the API for people and programs. */
export function createWeb({ overview, health, metrics, api, observations, acts, alertSchema }: WebSources): Hono {
  const app = new Hono();
  guardBrowsers(app);
  limitBodies(app);
  app.get("/healthz", (context) => {
    const { live, reasons } = health();
    return context.json({ live, reasons }, live ? 200 : 503);
  });
  app.get("/readyz", async (context) => {
    const access = admit(context, api.gate, "open");
    if ("denied" in access) return access.denied;
    const { ready, reasons } = health();
    const known = await overview().catch(() => undefined);
    if (known === undefined) {
      return context.json({ ready: false, reasons: [...reasons, "the store does not answer"], warnings: [] }, 503);
    }
    return context.json({ ready, reasons, warnings: selfTrouble(known) }, ready ? 200 : 503);
  });
  app.get("/api/v1/status", async (context) => {
    const access = admit(context, api.gate, "read");
    if ("denied" in access) return access.denied;
    const known = await overview();
    const data = { ...known, incidents: known.incidents.map(withId) };
    return context.json(status.parse({ schema: 1, data, health: health() }));
  });
  if (alertSchema !== undefined) {
    app.get("/api/v1/alert.schema.json", (context) => {
      const access = admit(context, api.gate, "open");
      return "denied" in access ? access.denied : context.json(alertSchema);
    });
  }
  mountApi(app, api);
  if (observations !== undefined) mountExport(app, observations, api.gate);
  if (acts !== undefined) mountLinkActions(app, acts, api.gate);
  if (metrics !== undefined) {
    app.get("/metrics", async (context) => {
      const access = admit(context, api.gate, "open");
      if ("denied" in access) return access.denied;
      return context.body(await metrics(), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    });
  }
  app.notFound((context) => context.json({ error: "there is nothing here; /api/v1/openapi.json says what is" }, 404));
  app.onError((_error, context) => context.json({ error: "internal error" }, 500));
  return app;
}

/** Trouble of the monitor itself that is no reason to take it out of service, such as a receiver nobody can reach. */
function selfTrouble({ incidents }: Overview): string[] {
  return incidents
    .filter(({ kind, group }) => kind === "monitor" && group?.reason !== "rate-limited")
    .map(({ label, findings }) => `${label}: ${findings[0]?.observed ?? "in trouble"}`);
}

/** Listens; rejects when the address cannot be had. */
export function serveWeb(
  sources: WebSources,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<WebServer> {
  const { promise, resolve, reject } = Promise.withResolvers<WebServer>();
  const server = serve({ fetch: createWeb(sources).fetch, hostname: host, port }, (address: AddressInfo) => {
    resolve({
      url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
      close: () => new Promise((closed) => server.close(() => closed())),
    });
  });
  server.on("error", reject);
  return promise;
}
