import type { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

/** What is no page of its own may load and frame nothing, whatever a browser takes it for. */
const everywhere: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** Every answer carries the headers that keep a browser from doing more with it than showing it; pages say their own. */
export function guardBrowsers(app: Hono): void {
  app.use("*", async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(everywhere)) {
      if (!context.res.headers.has(name)) context.res.headers.set(name, value);
    }
  });
}

export const mostBodyBytes = 256 * 1024;

/** A body that is longer, announced or not, is cut off before it is kept. */
export function limitBodies(app: Hono): void {
  const error = `at most ${mostBodyBytes} bytes`;
  app.use("*", bodyLimit({ maxSize: mostBodyBytes, onError: (context) => context.json({ error }, 413) }));
}
