import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { z } from "zod";
import { version } from "../std/version.ts";
import type { Gate } from "./access.ts";
import { problemsIn, success, tooMany } from "./responses.ts";
import { admitted } from "./route.ts";

/** An application that describes itself, and says in JSON what is wrong with a request. */
export function createApp(): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result, context) =>
      result.success ? undefined : context.json({ error: problemsIn(result.error) }, 400),
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "token", { type: "http", scheme: "bearer" });
  app.notFound((context) => context.json({ error: "not found; /api/v1/openapi.json lists all routes" }, 404));
  app.onError((error, context) => {
    if (!(error instanceof HTTPException)) return context.json({ error: "internal error" }, 500);
    return context.json({ error: "the body is not JSON" }, 400);
  });
  return app;
}

/** The OpenAPI 3.1 document of everything that is mounted. */
export const documentOf = (app: OpenAPIHono) =>
  app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Plumbline", version, description: "The HTTP API of a running Plumbline service." },
    security: [{ token: [] }],
  });

export function mountDocument(app: OpenAPIHono, gate: Gate): void {
  let document: ReturnType<typeof documentOf> | undefined;
  const description = createRoute({
    method: "get",
    path: "/api/v1/openapi.json",
    summary: "get the OpenAPI document of this API",
    description: "open: needs no token",
    security: [],
    middleware: [admitted(gate, "open")],
    responses: { 200: success("done", z.looseObject({})), ...tooMany },
  });
  app.openapi(description, (context) => context.json((document ??= documentOf(app))));
}
