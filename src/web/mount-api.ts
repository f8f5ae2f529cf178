import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Control } from "../operate/control.ts";
import type { Caller, createGate, Needed } from "./access.ts";
import { apiRoutes } from "./api.ts";
import type { ApiRoute } from "./api-route.ts";
import { openApiOf } from "./openapi.ts";

export interface ApiWorld {
  readonly control: Control;
  readonly gate: ReturnType<typeof createGate>;
}

/** Puts every route of the table below `/api/v1`: who may, what came, what is done, what goes back. */
export function mountApi(app: Hono, { control, gate }: ApiWorld): void {
  const document = openApiOf(apiRoutes, "0.1.0");
  app.get("/api/v1/openapi.json", (context) => {
    const access = admit(context, gate, "open");
    return "denied" in access ? access.denied : context.json(document);
  });
  for (const route of apiRoutes) {
    app.on(route.method, `/api/v1${route.path.replace("{id}", ":id")}`, async (context) => {
      const { req } = context;
      const access = admit(context, gate, route.scope);
      if ("denied" in access) return access.denied;
      const given = await givenBy(route, req.query(), req.header("content-type"), () => req.text());
      if ("error" in given) return context.json({ error: given.error }, 400);
      const id = req.param("id") ?? "";
      const answer = await route.handle(control, { id, ...given, by: access.caller.name });
      if ("error" in answer) return context.json({ error: answer.error }, answer.status);
      return context.json({ schema: 1, data: route.answer.parse(answer.data) }, answer.status);
    });
  }
}

/** Who asks; or the answer to somebody who may not. */
export function admit(
  context: Context,
  gate: ApiWorld["gate"],
  needed: Needed,
): { readonly caller: Caller } | { readonly denied: Response } {
  const { req } = context;
  const { incoming } = (context.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  const address = incoming?.socket?.remoteAddress;
  const access = gate({ authorization: req.header("authorization"), host: req.header("host"), address }, needed);
  if (access.kind === "granted") return { caller: access.caller };
  const { status, reason } = access;
  return { denied: context.json({ error: reason }, status, deniedHeaders[status]) };
}

const deniedHeaders: Readonly<Record<401 | 403 | 429, Record<string, string>>> = {
  401: { "www-authenticate": "Bearer" },
  403: {},
  429: { "retry-after": "60" },
};

type Given = { readonly query: Record<string, string>; readonly body: unknown };

/** A form of another site can send a body, but none of this type without asking first. */
async function givenBy(
  route: ApiRoute,
  query: Record<string, string>,
  contentType: string | undefined,
  read: () => Promise<string>,
): Promise<Given | { readonly error: string }> {
  const asked = (route.query ?? z.object({})).strict().safeParse(query);
  if (!asked.success) return { error: z.prettifyError(asked.error) };
  if (route.body === undefined) return { query, body: undefined };
  if (contentType?.split(";")[0]?.trim() !== "application/json") {
    return { error: "send JSON: content-type: application/json" };
  }
  const text = await read();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { error: "the body is not JSON" };
  }
  const body = route.body.safeParse(value);
  return body.success ? { query, body: body.data } : { error: z.prettifyError(body.error) };
}
