import type { OpenAPIHono } from "@hono/zod-openapi";
import { getCookie, setCookie } from "hono/cookie";
import { messagePage } from "../pages/layout.ts";
import { plainLine } from "../std/sanitize.ts";
import type { IdentityProvider, SignInFlow } from "./identity-provider.ts";
import { admit } from "./route.ts";
import { goTo, keepSession, ownAddress, send, type VisitWorld } from "./visits.ts";

export const openIdPath = "/sign-in/open-id";
export const callbackPath = `${openIdPath}/callback`;
const flowCookie = "plumbline_sign_in";
const flowSeconds = 600;
const mostName = 100;

/** Signing in at an identity provider: there and back again. */
export function mountOpenId(app: OpenAPIHono, world: VisitWorld, provider: IdentityProvider): void {
  const { sessions, gate, isSecure } = world;
  // The provider sends people back from another site: with a strict cookie they would come without it.
  const kept = { httpOnly: true, sameSite: "Lax", path: openIdPath, secure: isSecure, maxAge: flowSeconds } as const;

  app.get(openIdPath, async (context) => {
    if ("denied" in admit(context, gate, "open")) return send(context, tooMany, 429);
    try {
      const { address, flow } = await provider.begin();
      const next = ownAddress(context.req.query("next"));
      setCookie(context, flowCookie, JSON.stringify({ ...flow, next }), kept);
      return goTo(context, address);
    } catch {
      return send(
        context,
        messagePage("Signing in is not possible just now", [`${provider.host} did not answer.`]),
        502,
      );
    }
  });

  app.get(callbackPath, async (context) => {
    if ("denied" in admit(context, gate, "open")) return send(context, tooMany, 429);
    const flow = readFlow(getCookie(context, flowCookie));
    setCookie(context, flowCookie, "", { ...kept, maxAge: 0 });
    if (flow === undefined)
      return send(context, refused("This sign-in took too long, or began in another browser."), 401);
    const query = new URL(context.req.url).search.slice(1);
    const given = await provider.finish(query, flow).catch(() => undefined);
    if (given === undefined) return send(context, refused(`${provider.host} did not say who you are.`), 401);
    const name = plainLine(given, mostName);
    const begun = name === given && name !== "" ? await sessions.beginNamed(name) : undefined;
    if (begun === undefined) {
      return send(
        context,
        refused(`${name} may not use this installation. Ask its operator to list you in api.openId.`),
        403,
      );
    }
    keepSession(context, begun.secret, isSecure);
    return goTo(context, flow.next);
  });
}

const tooMany = messagePage("Too many requests", ["Wait a minute, then reload."]);
const refused = (reason: string): string =>
  messagePage("You are not signed in", [reason, "Start again at the first page."]);

function readFlow(text: string | undefined): (SignInFlow & { readonly next: string }) | undefined {
  try {
    const { verifier, state, nonce, next } = JSON.parse(text ?? "") as Partial<Record<string, unknown>>;
    const parts = [verifier, state, nonce, next].filter((part) => typeof part === "string");
    const [a = "", b = "", c = "", d = ""] = parts;
    return parts.length === 4 ? { verifier: a, state: b, nonce: c, next: ownAddress(d) } : undefined;
  } catch {
    return undefined;
  }
}
