import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Operations } from "../../src/operate/operations.ts";
import { createWeb } from "../../src/web/serve.ts";

/** All that a service can serve, with nothing behind it: enough to describe it. */
export function everything(): OpenAPIHono {
  const operations = {} as Operations;
  return createWeb({
    overview: () => Promise.reject(new Error("nothing is behind this")),
    health: () => ({ live: true, ready: true, reasons: [], warnings: [] }),
    api: { operations, gate: () => ({ kind: "denied", status: 401, reason: "nothing is behind this" }) },
    observations: { exported: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error()) }) }) },
    acts: { operations, key: () => undefined, nowMs: () => 0, take: () => Promise.resolve(undefined) },
    alertSchema: {},
    metrics: () => Promise.resolve(""),
  });
}
