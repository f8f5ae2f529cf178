import { gzipSync } from "node:zlib";
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Scope } from "../operate/operation.ts";
import type { Sessions } from "../operate/sessions.ts";
import { sessionMs } from "../operate/sessions.ts";
import { messagePage, type Viewer } from "../pages/layout.ts";
import { resumePage, returningPage, signInPage } from "../pages/sign-in.ts";
import type { Gate } from "./access.ts";
import { bindForms, formTokenField, hasFormToken, sessionCookie, withFormTokens } from "./form-tokens.ts";
import type { IdentityProvider } from "./identity-provider.ts";
import { admit } from "./route.ts";

/** Everything a page loads comes from this service; a page runs no inline script and can't be framed. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "referrer-policy": "same-origin",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex",
};

export type PageStatus = 200 | 400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 502;

export function send(context: Context, html: string, status: PageStatus = 200): Response {
  const text = withFormTokens(context, html);
  if (context.req.header("accept-encoding")?.includes("gzip") !== true) {
    return context.body(text, status, { ...pageHeaders, vary: "accept-encoding" });
  }
  // A low level: it packs nearly as well in half the time.
  const packed = new Uint8Array(gzipSync(text, { level: 3 }));
  return context.body(packed, status, { ...pageHeaders, vary: "accept-encoding", "content-encoding": "gzip" });
}

/** After something was done: the browser asks for the page anew, so that reloading does not do it again. */
export function goTo(context: Context, address: string): Response {
  return context.body(null, 303, { location: address, "cache-control": "no-store" });
}

export interface Visit extends Viewer {
  readonly scope: Scope;
  readonly sessionId?: string | undefined;
}

export interface VisitWorld {
  readonly sessions: Sessions;
  readonly gate: Gate;
  readonly nowMs: () => number;
  /** Browsers reach the service over TLS: its cookie is for TLS only. */
  readonly isSecure: boolean;
  /** Where people sign in without a token; undefined: nowhere. */
  readonly identityProvider?: IdentityProvider | undefined;
}

/** Who asks for a page: a person with a session, or anybody the API would let in. Otherwise the answer. */
export async function visitOf(context: Context, world: VisitWorld, needed: Scope): Promise<Visit | Response> {
  const { sessions, gate, nowMs } = world;
  const limited = admit(context, gate, "open");
  if ("denied" in limited) return send(context, messagePage("Too many requests", ["Wait a minute, then reload."]), 429);
  const secret = getCookie(context, sessionCookie);
  const session = secret === undefined ? undefined : await sessions.find(secret);
  const known = session ?? callerOf(context, gate);
  if (known === undefined) return askToSignIn(context, world, secret !== undefined);
  const { name, scope } = known;
  const visit = { name, scope, mayWrite: scope === "write", nowMs: nowMs() };
  if (needed === "write" && !visit.mayWrite) {
    const sentence = "Your token may only read. Sign out, and sign in with a token of scope write.";
    return send(
      context,
      messagePage("You may read, not act", [sentence], { ...visit, hasSession: session !== undefined }),
      403,
    );
  }
  return { ...visit, hasSession: session !== undefined, sessionId: session?.id };
}

/** May this request act on pages, without asking anybody to sign in? */
export async function mayAct(context: Context, { sessions, gate }: VisitWorld): Promise<boolean> {
  const secret = getCookie(context, sessionCookie);
  const session = secret === undefined ? undefined : await sessions.find(secret);
  return (session ?? callerOf(context, gate))?.scope === "write";
}

function callerOf(context: Context, gate: Gate) {
  const access = admit(context, gate, "read");
  return "caller" in access ? access.caller : undefined;
}

/** Which ways to sign in there are. */
export function asksOf({ sessions, identityProvider }: Pick<VisitWorld, "sessions" | "identityProvider">) {
  return { hasTokens: sessions.haveTokens, providerHost: identityProvider?.host };
}

async function askToSignIn(
  context: Context,
  { sessions, identityProvider }: VisitWorld,
  hadSession: boolean,
): Promise<Response> {
  const { req } = context;
  if (!sessions.areNeeded) {
    const sentence =
      "Requests from other machines need a token: set api.tokens in the configuration, then sign in here.";
    return send(context, messagePage("Only this machine may look", [sentence]), 401);
  }
  const { pathname, search } = new URL(req.url);
  const address = `${pathname}${search}`;
  // A strict cookie is not sent with the first request that another site causes, such as a link in a chat: ask again from here.
  if (req.method === "GET" && !hadSession && req.header("sec-fetch-site") === "cross-site") {
    return send(context, returningPage(address));
  }
  const form = req.method === "POST" ? withoutToken(await req.text()) : undefined;
  const message =
    form === undefined
      ? undefined
      : "Your session has ended. Nothing is lost: after signing in you can send what you wrote.";
  return send(context, signInPage({ next: address, form, message, asks: asksOf({ sessions, identityProvider }) }), 401);
}

/** A form of another session, or of no page of this service: it is shown to the person, who can send it. */
export async function refuseForm(context: Context, world: VisitWorld): Promise<Response | undefined> {
  const { req } = context;
  if (req.method !== "POST" || req.path.startsWith("/api/")) return undefined;
  const text = await req.text();
  if (hasFormToken(context, new URLSearchParams(text))) return undefined;
  if (req.path === "/sign-in") {
    const message = "This page was open for too long, or cookies are off. Try again.";
    return send(context, signInPage({ next: "/", message, asks: asksOf(world) }), 403);
  }
  const visit = await visitOf(context, world, "read");
  if (visit instanceof Response) return visit;
  return send(context, resumePage({ next: req.path, form: withoutToken(text) }, visit, "renewed"), 403);
}

/** What the form held, to be sent again by a page of the next session. */
function withoutToken(form: string): string {
  const fields = new URLSearchParams(form);
  fields.delete(formTokenField);
  return fields.toString();
}

export function keepSession(context: Context, secret: string, isSecure: boolean): void {
  bindForms(context, secret);
  setCookie(context, sessionCookie, secret, {
    httpOnly: true,
    sameSite: "Strict",
    path: "/",
    secure: isSecure,
    maxAge: sessionMs / 1000,
  });
}

export function dropSession(context: Context): void {
  setCookie(context, sessionCookie, "", { httpOnly: true, sameSite: "Strict", path: "/", maxAge: 0 });
}

/** A path on this service; anything else leads to the first page. */
export function ownAddress(given: string | null | undefined): string {
  return given !== null && given !== undefined && /^\/(?![/\\])[\x21-\x7e]{0,1000}$/.test(given) ? given : "/";
}
