import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import type { Overview } from "../../src/operate/overview.ts";
import type { Checked } from "../../src/web/health.ts";
import { createWeb, serveWeb, type WebSources } from "../../src/web/serve.ts";
import { eventually } from "../setup/eventually.ts";

const api: WebSources["api"] = {
  operations: {} as never,
  gate: () => ({ kind: "granted", caller: { name: "local", scope: "write" } }),
};
const fine: Checked = { live: true, ready: true, reasons: [], warnings: [] };
const ask = async (path: string, overview: () => Promise<Overview>, health = fine) => {
  const reply = await createWeb({ overview, health: () => health, api }).request(path);
  return [reply.status, await reply.json()];
};

const never = (): Promise<Overview> => Promise.reject(new Error("readiness must not read the overview"));

describe("/readyz", () => {
  test("it says what the checks have found, and asks nobody", async () => {
    expect(await ask("/readyz", never)).toEqual([200, { ready: true, reasons: [], warnings: [] }]);
  });

  test("a warning is not a reason to take the service away", async () => {
    const warnings = ["delivery to pager: disabled: it answered 410 Gone"];
    expect(await ask("/readyz", never, { ...fine, warnings })).toEqual([200, { ready: true, reasons: [], warnings }]);
  });

  test("reasons make it 503", async () => {
    const reasons = ["no slot was consumed for 400 s", "the store does not answer"];
    const stuck = { live: false, ready: false, reasons, warnings: [] };
    expect(await ask("/readyz", never, stuck)).toEqual([503, { ready: false, reasons, warnings: [] }]);
    expect(await ask("/healthz", never, stuck)).toEqual([503, { live: false, reasons }]);
  });
});

test("what fails inside is not told outside", async () => {
  const [status, body] = await ask("/api/v1/status", () => Promise.reject(new Error("password of db.internal")));
  expect([status, body]).toEqual([500, { error: "internal error" }]);
});

test("connections that strangers hold open leave descriptors for everything else", async () => {
  const sources = { overview: never, health: () => fine, api };
  const server = await serveWeb(sources, { host: "127.0.0.1", port: 0 });
  const port = Number(new URL(server.url).port);
  let closed = 0;
  const sockets = Array.from({ length: 420 }, () => {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    return socket.on("close", () => (closed += 1));
  });
  await eventually(() => expect(closed).toBeGreaterThanOrEqual(20));
  expect(closed).toBeLessThan(30);
  for (const socket of sockets) socket.destroy();
  await eventually(async () => expect((await fetch(`${server.url}/healthz`)).status).toBe(200));
  await server.close();
});
