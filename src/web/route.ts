import type { OpenAPIHono, RouteConfig } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { z } from "zod";
import type { Operation, Plain, Refused } from "../operate/operation.ts";
import type { Caller, Gate, Needed } from "./access.ts";
import { deepestBody, depthOf, hasUnstorableText } from "./bounds.ts";
import { failures, success } from "./responses.ts";

/** What came with a request, checked against the schemas of its operation. */
interface Given<O extends Operation> {
  readonly id: string;
  readonly query: O extends { readonly query: infer Query extends z.ZodType } ? z.output<Query> : undefined;
  readonly body: O extends { readonly body: infer Body extends z.ZodType } ? Plain<z.output<Body>> : undefined;
  /** Name of the caller, for the audit log. */
  readonly by: string;
}

/** Undefined: there is no such thing. */
type Outcome<O extends Operation> = Plain<z.input<O["answer"]>> | Refused | undefined;

/** Serves one operation. */
export type Route = (app: OpenAPIHono, gate: Gate) => void;

const envelope = { schema: z.literal(1).describe("version of the format") };

/** `beside` adds former members of the answer, next to `data`. */
export function route<O extends Operation>(
  operation: O,
  handle: (given: Given<O>) => Promise<Outcome<O>>,
  beside: (data: unknown) => object = () => ({}),
): Route {
  const { method, path, formerPath, summary, scope, subject, conflicts, status = 200, query, body, answer } = operation;
  const hasId = path.includes("{id}");
  const statuses = {
    400: true,
    403: scope === "write",
    404: subject !== undefined,
    409: conflicts === true,
    413: body !== undefined,
  };
  return (app, gate) => {
    for (const served of [path, ...(formerPath === undefined ? [] : [formerPath])]) {
      const description: RouteConfig = {
        method: methods[method],
        path: `/api/v1${served}`,
        summary,
        description: `scope: ${scope}`,
        ...(served === formerPath && { deprecated: true }),
        middleware: [admitted(gate, scope), ...(body === undefined ? [] : [shallow])],
        request: {
          ...(hasId && { params: z.object({ id: z.string().describe(subject?.id ?? "its id") }) }),
          query: (query ?? z.object({})).strict(),
          ...(body !== undefined && { body: { required: true, content: { "application/json": { schema: body } } } }),
        },
        responses: {
          [status]: success("done", z.object({ ...envelope, data: answer })),
          ...failures(statuses),
        },
      };
      app.openapi(description, async (context) => {
        const { req } = context;
        // Checked by the schemas above: the library's own types do not reach through a generic operation.
        const given = {
          id: req.param("id") ?? "",
          query: req.valid("query" as never),
          body: body === undefined ? undefined : req.valid("json" as never),
          by: callerOf(context).name,
        } as unknown as Given<O>;
        if (hasUnstorableText([given.id, given.query, given.body])) {
          return context.json({ error: "text must not contain NUL or lone surrogates" }, 400);
        }
        const outcome = await handle(given);
        if (outcome === undefined) return context.json({ error: subject?.missing ?? "there is no such thing" }, 404);
        if (isRefused(outcome)) return context.json({ error: outcome.reason }, 409);
        if (served === formerPath) context.header("deprecation", "true");
        const data = answer.parse(outcome);
        return context.json({ schema: 1, data, ...beside(data) }, status);
      });
    }
  };
}

const methods = { GET: "get", POST: "post", DELETE: "delete" } as const;

function isRefused(outcome: unknown): outcome is Refused {
  return typeof outcome === "object" && outcome !== null && "kind" in outcome && outcome.kind === "refused";
}

const callers = new WeakMap<Request, Caller>();

function callerOf(context: Context): Caller {
  const caller = callers.get(context.req.raw);
  if (caller === undefined) throw new Error("a request was handled that nobody admitted");
  return caller;
}

/** Lets in who may, before anything of the request is read. */
export function admitted(gate: Gate, needed: Needed): MiddlewareHandler {
  return async (context, next) => {
    const access = admit(context, gate, needed);
    if ("denied" in access) return access.denied;
    callers.set(context.req.raw, access.caller);
    return next();
  };
}

/** Turns away bodies that would exhaust the stack of whoever reads them. */
const shallow: MiddlewareHandler = async (context, next) => {
  if (depthOf(await context.req.text()) <= deepestBody) return next();
  return context.json({ error: `at most ${deepestBody} levels of arrays and objects` }, 400);
};

/** The caller, or the answer to somebody who may not. */
export function admit(
  context: Context,
  gate: Gate,
  needed: Needed,
  authorization = context.req.header("authorization"),
): { readonly caller: Caller } | { readonly denied: Response } {
  const { req } = context;
  const { incoming } = (context.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  const address = incoming?.socket?.remoteAddress;
  const access = gate(
    {
      authorization,
      host: req.header("host"),
      address,
      forwardedFor: req.header("x-forwarded-for"),
      header: (name) => req.header(name),
    },
    needed,
  );
  if (access.kind === "granted") return { caller: access.caller };
  const { status, reason } = access;
  return { denied: context.json({ error: reason }, status, deniedHeaders[status]) };
}

const deniedHeaders: Readonly<Record<401 | 403 | 429, Record<string, string>>> = {
  401: { "www-authenticate": "Bearer" },
  403: {},
  429: { "retry-after": "60" },
};
