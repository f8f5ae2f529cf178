import type { Hono } from "hono";

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
