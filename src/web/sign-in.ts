import type { OpenAPIHono } from "@hono/zod-openapi";
import { messagePage } from "../pages/layout.ts";
import { resumePage, sessionsPage, signInPage } from "../pages/sign-in.ts";
import { admit } from "./route.ts";
import { mountOpenId } from "./open-id.ts";
import { asksOf, dropSession, goTo, keepSession, ownAddress, send, type VisitWorld, visitOf } from "./visits.ts";

/** Signing in and out, and who is signed in. Wrong tokens count as they do for the API. */
export function mountSignIn(app: OpenAPIHono, world: VisitWorld): void {
  const { sessions, gate, nowMs, isSecure, identityProvider } = world;
  const asks = asksOf(world);
  if (identityProvider !== undefined) mountOpenId(app, world, identityProvider);

  app.get("/sign-in", (context) => send(context, signInPage({ next: ownAddress(context.req.query("next")), asks })));

  app.post("/sign-in", async (context) => {
    const given = new URLSearchParams(await context.req.text());
    const [next, form] = [ownAddress(given.get("next")), given.get("form") ?? undefined];
    const token = (given.get("token") ?? "").trim();
    const access = admit(context, gate, "read", `Bearer ${token}`);
    if ("denied" in access) {
      const { status } = access.denied;
      const message =
        status === 429
          ? "Too many wrong tokens. Wait a minute, then try again."
          : "This token is not known. Check for missing characters.";
      return send(context, signInPage({ next, form, message, asks }), status === 429 ? 429 : 401);
    }
    const { name, scope } = access.caller;
    const { secret } = await sessions.begin({ name, scope, token });
    keepSession(context, secret, isSecure);
    if (form === undefined) return goTo(context, next);
    return send(
      context,
      resumePage({ next, form }, { name, mayWrite: scope === "write", hasSession: true, nowMs: nowMs() }),
    );
  });

  app.post("/sign-out", async (context) => {
    const visit = await visitOf(context, world, "read");
    if (!(visit instanceof Response) && visit.sessionId !== undefined) await sessions.end(visit.sessionId);
    dropSession(context);
    return goTo(context, "/sign-in");
  });

  app.get("/sessions", async (context) => {
    const visit = await visitOf(context, world, "read");
    if (visit instanceof Response) return visit;
    return send(context, sessionsPage(await sessions.list(), visit.sessionId, visit));
  });

  app.post("/sessions/:id/end", async (context) => {
    const visit = await visitOf(context, world, "read");
    if (visit instanceof Response) return visit;
    const id = context.req.param("id");
    if (!visit.mayWrite && id !== visit.sessionId) {
      return send(context, messagePage("You may end your own session only", [], visit), 403);
    }
    await sessions.end(id);
    return goTo(context, "/sessions");
  });
}
