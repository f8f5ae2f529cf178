import { readFileSync } from "node:fs";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { messagePage } from "../pages/layout.ts";
import { answerKept, keep } from "./kept.ts";
import { actRoutes } from "./page-acts.ts";
import { readingRoutes } from "./page-views.ts";
import { givesFormTokens } from "./form-tokens.ts";
import { mountSignIn } from "./sign-in.ts";
import type { PagesWorld } from "./page-route.ts";
import { refuseForm, send, visitOf } from "./visits.ts";
import { mountEvents } from "./events.ts";

/** The pages for people: HTML from the same operations as the API. */
export function mountPages(app: OpenAPIHono, world: PagesWorld): void {
  mountAssets(app);
  app.use("*", givesFormTokens(world.isSecure));
  app.use("*", async (context, next) => (await refuseForm(context, world)) ?? next());
  for (const { method, path, scope, answer } of [...readingRoutes, ...actRoutes]) {
    app[method](path, async (context) => {
      const visit = await visitOf(context, world, scope);
      if (visit instanceof Response) return visit;
      const form = new URLSearchParams(method === "post" ? await context.req.text() : "");
      const { req } = context;
      const request = { visit, id: req.param("id") ?? "", query: req.query(), form, context };
      try {
        const answered = await answer(world, request);
        if (answered instanceof Response) return answered;
        if (answered !== undefined) return send(context, answered);
        return send(
          context,
          messagePage("Nothing found", ["Either it was deleted because of its age, or it never existed."], visit),
          404,
        );
      } catch {
        // What it says may name hosts and rows: it goes to nobody.
        return send(
          context,
          messagePage(
            "Plumbline could not read the data",
            ["The store did not answer as expected. Reload the page in a moment."],
            visit,
          ),
          500,
        );
      }
    });
  }
  app.notFound((context) => {
    const wantsPage =
      context.req.header("accept")?.includes("text/html") === true && !context.req.path.startsWith("/api/");
    return wantsPage
      ? send(context, messagePage("This page does not exist", ["Start at the first page."]), 404)
      : context.json({ error: "not found; /api/v1/openapi.json lists all routes" }, 404);
  });
  mountSignIn(app, world);
  mountEvents(app, world);
}

const types = { css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8", svg: "image/svg+xml" } as const;

/** Style, script and icon: open, as they say nothing. */
export function mountAssets(app: OpenAPIHono): void {
  for (const name of ["style.css", "page.js", "icon.svg"] as const) {
    const text = readFileSync(new URL(`../pages/assets/${name}`, import.meta.url), "utf8");
    const type = types[name.split(".")[1] as keyof typeof types];
    const kept = keep(text, type, { "cache-control": "public, max-age=300", "x-content-type-options": "nosniff" });
    app.get(`/assets/${name}`, (context) => answerKept(context, kept));
  }
}
