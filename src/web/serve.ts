import type { AddressInfo } from "node:net";
import { serve, type ServerType } from "@hono/node-server";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { ExportStore } from "../operate/export.ts";
import type { Operations } from "../operate/operations.ts";
import type { Gate } from "./access.ts";
import { type LinkActionsWorld, mountLinkActions } from "./action-pages.ts";
import { accountRoutes } from "./account.ts";
import { auditRoutes } from "./audits.ts";
import { auditLogRoutes } from "./audit-log.ts";
import { baselineRoutes } from "./baselines.ts";
import { deliveryRoutes } from "./deliveries.ts";
import { digestRoutes } from "./digest.ts";
import { mountExport } from "./export.ts";
import { guardBrowsers, limitBodies } from "./guard.ts";
import { incidentRoutes } from "./incidents.ts";
import { createApp, mountDocument } from "./openapi.ts";
import type { PagesWorld } from "./page-route.ts";
import { mountPages } from "./pages.ts";
import { createPublicWeb, mountPublicStatus, type PublicStatusSource } from "./public-status.ts";
import { planRoutes } from "./plans.ts";
import { probeRoutes } from "./probes.ts";
import { guardActs } from "./same-site.ts";
import { rehearsalRoutes } from "./rehearse.ts";
import { mountServiceEvents, type ServiceEventsWorld } from "./service-events.ts";
import { shiftRoutes } from "./shifts.ts";
import { silenceRoutes } from "./silences.ts";
import { spendRoutes } from "./spend.ts";
import { mayAct } from "./visits.ts";
import { mountHealth, mountStatus, type StatusSources } from "./status.ts";

export interface ApiWorld {
  /** undefined: this process serves health and metrics only. */
  readonly operations: Operations | undefined;
  readonly gate: Gate;
  /** Where people reach the service, when that is not the host that requests name. */
  readonly publicUrl?: string | undefined;
}

export interface WebSources extends StatusSources {
  readonly api: ApiWorld;
  /** Observations for analysis elsewhere; undefined = not served. */
  readonly observations?: ExportStore | undefined;
  /** What the links in alerts lead to; undefined = there are none. */
  readonly acts?: LinkActionsWorld | undefined;
  /** What the services of receivers report; undefined = none listens. */
  readonly serviceEvents?: ServiceEventsWorld | undefined;
  /** Pages for everybody; undefined: there are none. */
  readonly publicStatus?: PublicStatusSource | undefined;
  /** What the pages need beside the API; undefined: there are none. */
  readonly pages?: Omit<PagesWorld, "operations" | "gate"> | undefined;
}

export interface WebServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Health for machines, and the API for people and programs. */
export function createWeb({
  api,
  observations,
  acts,
  serviceEvents,
  pages,
  publicStatus,
  ...sources
}: WebSources): OpenAPIHono {
  const { operations, gate, publicUrl } = api;
  const app = createApp();
  guardBrowsers(app);
  guardActs(app, publicUrl);
  limitBodies(app);
  mountHealth(app, sources, gate);
  if (operations === undefined) return app;
  const families = [
    incidentRoutes,
    rehearsalRoutes,
    shiftRoutes,
    silenceRoutes,
    auditLogRoutes,
    deliveryRoutes,
    baselineRoutes,
    planRoutes,
    probeRoutes,
    digestRoutes,
    spendRoutes,
    accountRoutes,
    auditRoutes,
  ];
  for (const mount of families.flatMap((routesOf) => routesOf(operations))) mount(app, gate);
  if (observations !== undefined) mountExport(app, observations, gate);
  mountStatus(app, sources, gate);
  mountDocument(app, gate);
  if (acts !== undefined) {
    const world = pages && { ...pages, gate };
    mountLinkActions(app, { ...acts, ...(world && { maySeePages: (context) => mayAct(context, world) }) }, gate);
  }
  if (serviceEvents !== undefined) mountServiceEvents(app, serviceEvents, operations, gate);
  if (publicStatus !== undefined) mountPublicStatus(app, publicStatus);
  if (pages !== undefined) mountPages(app, { ...pages, operations, gate });
  return app;
}

/** Listens; rejects when the address is not available. */
export function serveWeb(sources: WebSources, address: Address): Promise<WebServer> {
  return listenAt(createWeb(sources), address);
}

/** The public status pages alone, at an address of their own. */
export function servePublic(source: PublicStatusSource, address: Address): Promise<WebServer> {
  return listenAt(createPublicWeb(source), address);
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function listenAt(app: OpenAPIHono, { host, port }: Address): Promise<WebServer> {
  const { promise, resolve, reject } = Promise.withResolvers<WebServer>();
  const server = serve({ fetch: app.fetch, hostname: host, port, serverOptions }, (address: AddressInfo) => {
    resolve({
      url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
      close: () => closeWithin(server, closeAfterMs),
    });
  });
  server.on("error", reject);
  server.maxConnections = mostConnections;
  return promise;
}

/** Connections of strangers must leave descriptors for probes and stores: a process often has 1024. */
const mostConnections = 400;
/** Whoever opens a connection and sends nothing, or a byte now and then, loses it. */
const serverOptions = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2_000 };

/** Answers under way get this long; a stranger's unfinished request must not hold up a reload or a stop. */
const closeAfterMs = 1_000;

function closeWithin(server: ServerType, deadlineMs: number): Promise<void> {
  return new Promise((closed) => {
    server.close(() => closed());
    AbortSignal.timeout(deadlineMs).addEventListener("abort", () => {
      if ("closeAllConnections" in server) server.closeAllConnections();
    });
    if ("closeIdleConnections" in server) server.closeIdleConnections();
  });
}
