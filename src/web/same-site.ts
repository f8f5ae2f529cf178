import type { OpenAPIHono } from "@hono/zod-openapi";
import { pageHeaders, plainPage } from "./page.ts";
import { serviceEventsPath } from "./service-events.ts";

/** What tells a request of this service's own pages and programs from one that another site made a browser send. */
export interface ActRequest {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`; browsers set it and pages can't change it. */
  readonly site: string | undefined;
  readonly contentType: string | undefined;
  /** `Authorization` carries a bearer token: no browser adds one by itself. */
  readonly hasToken: boolean;
}

interface RefusedAct {
  readonly status: 400 | 403;
  readonly reason: string;
}

const json = "application/json";
const form = "application/x-www-form-urlencoded";
const own = new Set(["same-origin", "none"]);
const safe = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Why a request that changes something is refused; undefined when nothing is wrong. Other sites can make a browser send
 * forms, and requests without a body, to this service. They can't send JSON without asking first, and nobody allows it.
 */
export function refuseAct(
  { host, origin, site, contentType, hasToken }: ActRequest,
  expectedType: typeof json | typeof form,
  publicUrl: string | undefined,
): RefusedAct | undefined {
  if (site !== undefined && !own.has(site)) {
    return { status: 403, reason: "requests of other sites are refused: sec-fetch-site must be same-origin or none" };
  }
  // A page of a strict referrer policy sends the origin "null"; the browser vouches for it in Sec-Fetch-Site.
  const isVouched = origin === "null" && site === "same-origin";
  if (origin !== undefined && !isVouched && !isOwnOrigin(origin, host, publicUrl)) {
    return {
      status: 403,
      reason: "requests of other sites are refused: origin is neither this host nor api.publicUrl",
    };
  }
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  if (type === expectedType || (type === undefined && hasToken)) return undefined;
  const reason = `send content-type: ${expectedType}${expectedType === json ? ", also without a body" : ""}`;
  return { status: 400, reason };
}

/** A proxy that ends TLS changes the scheme, so only host and port are compared with `Host`. */
function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const asked = new URL(origin);
  if (asked.protocol !== "http:" && asked.protocol !== "https:") return false;
  if (publicUrl !== undefined && asked.origin === new URL(publicUrl).origin) return true;
  const here = `${asked.protocol}//${host ?? ""}`;
  return host !== undefined && URL.canParse(here) && new URL(here).host === asked.host;
}

/**
 * Checks every request that can change something, before anything of it is read. Those of services are signed: what a
 * browser adds by itself does not count for them.
 */
export function guardActs(app: OpenAPIHono, publicUrl: string | undefined): void {
  app.use("*", async (context, next) => {
    const { req } = context;
    if (safe.has(req.method) || req.path.startsWith(serviceEventsPath)) return next();
    const isPage = !req.path.startsWith("/api/");
    const refused = refuseAct(
      {
        host: req.header("host"),
        origin: req.header("origin"),
        site: req.header("sec-fetch-site"),
        contentType: req.header("content-type"),
        hasToken: req.header("authorization")?.startsWith("Bearer ") === true,
      },
      isPage ? form : json,
      publicUrl,
    );
    if (refused === undefined) return next();
    const { status, reason } = refused;
    if (!isPage) return context.json({ error: reason }, status);
    return context.body(plainPage("It was not done", `${reason}.`), status, { ...pageHeaders });
  });
}
