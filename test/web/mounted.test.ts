import type { OpenAPIHono } from "@hono/zod-openapi";
import { describe, expect, test } from "vitest";
import type { Operations } from "../../src/operate/operations.ts";
import { createGate, mostPerMinute } from "../../src/web/access.ts";
import { mostBodyBytes } from "../../src/web/guard.ts";
import { createWeb } from "../../src/web/serve.ts";

const token = "act-token-0123456789ab";
const headers = { authorization: `Bearer ${token}` };

/** Everything that a service can serve; the store answers nothing. */
function everything(nowMs: () => number = () => 0): OpenAPIHono {
  const operations = {} as Operations;
  return createWeb({
    overview: () =>
      Promise.resolve({ atMs: 0, probes: [], incidents: [], spendToday: [], deliveries: { pending: 0, failed: 0 } }),
    health: () => ({ live: true, ready: true, reasons: [], warnings: [] }),
    api: { operations, gate: createGate([{ name: "ann", scope: "write", token }], false, nowMs) },
    observations: {
      async *exported() {
        // Nothing was observed.
      },
    },
    acts: { operations, key: () => "k", nowMs, take: () => Promise.resolve(undefined) },
    alertSchema: {},
    metrics: () => Promise.resolve("up 1\n"),
  });
}

/** A route is listed once for each of its handlers. */
const mounted = (app: OpenAPIHono) => {
  const all = app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => ({ method, path, name: `${method} ${path.replace(":id", "{id}")}` }));
  return [...new Map(all.map((route) => [route.name, route])).values()];
};

test("the OpenAPI document names every route that is served, and no other", async () => {
  const app = everything();
  const document = (await (await app.request("/api/v1/openapi.json")).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.length).toBeGreaterThan(30);
  expect(described.toSorted()).toEqual(
    mounted(app)
      .map(({ name }) => name)
      .toSorted(),
  );
});

test("what the document says of access is so: what is open needs no token, the rest does", async () => {
  const app = everything();
  const document = (await (await app.request("/api/v1/openapi.json")).json()) as {
    paths: Record<string, Record<string, { security?: unknown[] }>>;
  };
  for (const { method, path, name } of mounted(app)) {
    const operation = document.paths[name.split(" ")[1] ?? ""]?.[method.toLowerCase()];
    const type = method === "POST" && path === "/act" ? "application/x-www-form-urlencoded" : "application/json";
    const { status } = await app.request(path, { method, headers: { "content-type": type } });
    expect([name, status === 401]).toEqual([name, operation?.security === undefined]);
  }
});

describe("browsers", () => {
  test("every answer of every route says what may be loaded: nothing but its own style", async () => {
    const app = everything();
    let pages = 0;
    for (const { method, path, name } of [...mounted(app), { method: "GET", path: "/nowhere", name: "nowhere" }]) {
      for (const sent of [{ method }, { method, headers }]) {
        const reply = await app.request(path, sent);
        const policy = reply.headers.get("content-security-policy") ?? "";
        expect(policy, name).toContain("default-src 'none'");
        expect(policy, name).toContain("frame-ancestors 'none'");
        expect(policy, name).toContain("base-uri 'none'");
        expect(policy, name).not.toMatch(/unsafe|\*|https?:/);
        expect(reply.headers.get("x-content-type-options"), name).toBe("nosniff");
        if (!(reply.headers.get("content-type") ?? "").startsWith("text/html")) continue;
        pages += 1;
        expect(policy, name).toMatch(/style-src 'sha256-[^']+'; form-action 'self'/);
        expect(await reply.text(), name).not.toMatch(/<script|<link|<img| on[a-z]+=/i);
      }
    }
    expect(pages).toBe(4);
  });

  test("a path that leads nowhere says where the list is", async () => {
    const reply = await everything().request("/admin");
    expect(reply.status).toBe(404);
    expect(await reply.json()).toEqual({ error: expect.stringContaining("/api/v1/openapi.json") });
  });
});

describe("who asks too often waits", () => {
  const ask = async (app: OpenAPIHono, path: string, init = {}) => (await app.request(path, init)).status;

  test.each(["/readyz", "/metrics", "/api/v1/alert.schema.json", "/api/v1/openapi.json", "/act"])(
    "%s, where no token is asked for, by address",
    async (path) => {
      let nowMs = 0;
      const app = everything(() => nowMs);
      for (let asked = 0; asked < mostPerMinute; asked += 1) expect(await ask(app, path)).not.toBe(429);
      const reply = await app.request(path);
      expect([reply.status, reply.headers.get("retry-after")]).toEqual([429, "60"]);
      expect(await ask(app, "/healthz")).toBe(200);
      expect(await ask(app, "/api/v1/status", { headers })).toBe(200);
      nowMs = 60_000;
      expect(await ask(app, path)).not.toBe(429);
    },
  );

  test("the API, by token", async () => {
    let nowMs = 0;
    const app = everything(() => nowMs);
    for (let asked = 0; asked < mostPerMinute; asked += 1) {
      expect(await ask(app, "/api/v1/status", { headers })).toBe(200);
    }
    const reply = await app.request("/api/v1/silences", { headers });
    expect([reply.status, await reply.json()]).toEqual([429, { error: "too many requests, wait a minute" }]);
    expect(await ask(app, "/readyz")).toBe(200);
    nowMs = 59_999;
    expect(await ask(app, "/api/v1/status", { headers })).toBe(429);
    nowMs = 60_000;
    expect(await ask(app, "/api/v1/status", { headers })).toBe(200);
  });
});

test.each([
  ["announced", { "content-length": String(mostBodyBytes + 1) }],
  ["not announced", { "transfer-encoding": "chunked" }],
])("a body that is too long and %s is cut off", async (_what, length) => {
  for (const path of ["/api/v1/silences", "/act"]) {
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
    });
    const type = path === "/act" ? "application/x-www-form-urlencoded" : "application/json";
    const sent = { ...headers, "content-type": type, ...length };
    const reply = await everything().request(path, {
      method: "POST",
      headers: sent,
      body,
      duplex: "half",
    } as RequestInit);
    expect([path, reply.status]).toEqual([path, 413]);
  }
});
