import type { RouteConfig } from "@hono/zod-openapi";
import { z } from "zod";

type Responses = RouteConfig["responses"];

export const success = (description: string, schema: z.ZodType, type = "application/json"): Responses[string] => ({
  description,
  content: { [type]: { schema } },
});

const failure = (description: string): Responses[string] =>
  success(description, z.object({ error: z.string().describe("description of the problem and what to do") }));

export const tooMany = { 429: failure("too many requests or wrong tokens; retry-after states how long to wait") };

const possible: Responses = {
  400: failure("the request is invalid; the answer lists every problem"),
  401: failure("the token is missing or unknown"),
  403: failure("the token has only the scope read, or another site sent the request"),
  404: failure("not found"),
  409: failure("not possible in the current state"),
  413: failure("the request body is too long"),
  ...tooMany,
};

/** What may go wrong with every request, and with this one. */
export function failures(statuses: Readonly<Partial<Record<400 | 403 | 404 | 409 | 413, boolean>>>): Responses {
  const can: Readonly<Record<string, boolean>> = { ...statuses, 401: true, 429: true };
  return Object.fromEntries(Object.entries(possible).filter(([status]) => can[status] === true));
}

/** Every problem of a request in one line: `matcher.kind: Invalid option: expected one of …; why: …`. */
export function problemsIn({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`)).join("; ");
}
