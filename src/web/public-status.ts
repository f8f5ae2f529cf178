import type { Context } from "hono";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { PublicStatus } from "../operate/public-status.ts";
import { type Badge, badges, statusBadge, statusFeed } from "../pages/status-feeds.ts";
import { statusPage } from "../pages/status.ts";
import { createApp } from "./openapi.ts";
import { answerKept, keep, type Kept } from "./kept.ts";
import { mountAssets } from "./pages.ts";
import { pageHeaders } from "./visits.ts";

export interface PublicStatusSource {
  /** Names of the pages that the configuration publishes. */
  readonly names: readonly string[];
  /** Undefined: there is no such page. */
  readonly read: (name: string) => Promise<PublicStatus | undefined>;
  readonly nowMs: () => number;
}

const keptMs = 30_000;

const drawings: Readonly<Record<string, readonly [type: string, draw: (status: PublicStatus) => string]>> = {
  html: ["text/html; charset=utf-8", statusPage],
  json: ["application/json", (status) => JSON.stringify(status)],
  atom: ["application/atom+xml; charset=utf-8", statusFeed],
  ...Object.fromEntries(
    badges.map((badge: Badge) => [badge, ["image/svg+xml", (status: PublicStatus) => statusBadge(status, badge)]]),
  ),
};

/**
 * Pages for everybody, without tokens. The store is read once in 30 seconds for each page, however many ask; what they
 * get is written once, and is the same for all.
 */
export function mountPublicStatus(app: OpenAPIHono, { names, read, nowMs }: PublicStatusSource): void {
  const known = new Set(names);
  const pages = new Map<string, { readonly untilMs: number; readonly drawn: Promise<ReadonlyMap<string, Kept>> }>();
  const drawnOf = (name: string): Promise<ReadonlyMap<string, Kept>> => {
    const now = nowMs();
    const page = pages.get(name);
    if (page !== undefined && now < page.untilMs && page.untilMs - now <= keptMs) return page.drawn;
    const drawn = read(name).then(drawAll);
    pages.set(name, { untilMs: now + keptMs, drawn });
    // A store that does not answer is asked again by the next request.
    drawn.catch(() => pages.delete(name));
    return drawn;
  };
  const answer = async (context: Context, name: string, format: string): Promise<Response> => {
    if (!known.has(name)) return context.text("There is no such status page.\n", 404);
    const kept = (await drawnOf(name).catch(() => undefined))?.get(format);
    if (kept === undefined)
      return context.text("The state is not known at the moment.\n", 503, { "retry-after": "30" });
    return answerKept(context, kept);
  };
  app.get("/status/:file", (context) => {
    const [, name = "", format = "html"] = /^(.*?)(?:\.(json|atom))?$/.exec(context.req.param("file")) ?? [];
    return answer(context, name, format);
  });
  app.get("/badge/:file", (context) => {
    const [, name = ""] = /^(.*)\.svg$/.exec(context.req.param("file")) ?? [];
    const wanted = context.req.query("show") ?? "state";
    return answer(context, name, badges.find((badge) => badge === wanted) ?? "state");
  });
}

function drawAll(status: PublicStatus | undefined): ReadonlyMap<string, Kept> {
  if (status === undefined) return new Map();
  return new Map(
    Object.entries(drawings).map(([format, [type, draw]]) => [format, keep(draw(status), type, publicHeaders)]),
  );
}

const { "cache-control": _private, "x-robots-tag": _hidden, "content-type": _type, ...policy } = pageHeaders;
const publicHeaders = { ...policy, "cache-control": `public, max-age=${keptMs / 1000}` };

/** Serves the pages for everybody and nothing else. */
export function createPublicWeb(source: PublicStatusSource): OpenAPIHono {
  const app = createApp();
  mountAssets(app);
  mountPublicStatus(app, source);
  return app;
}
