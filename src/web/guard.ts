import type { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";

/** An answer that is not a page may load and frame nothing, whatever a browser takes it for. */
const everywhere: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
};

/** Every answer carries headers that let a browser only show it; pages set their own. */
export function guardBrowsers(app: OpenAPIHono): void {
  app.use("*", async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(everywhere)) {
      if (!context.res.headers.has(name)) context.res.headers.set(name, value);
    }
  });
}

export const mostBodyBytes = 256 * 1024;

/** A longer body, announced or not, is cut off before it is kept. */
export function limitBodies(app: OpenAPIHono): void {
  const error = `at most ${mostBodyBytes} bytes`;
  app.use("*", bodyLimit({ maxSize: mostBodyBytes, onError: (context) => context.json({ error }, 413) }));
}
