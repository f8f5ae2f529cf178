import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { incidentId } from "../../src/incident/incident.ts";
import { createOperations } from "../../src/operate/operations.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { createGate } from "../../src/web/access.ts";
import { createWeb } from "../../src/web/serve.ts";
import { claimOf, entryOf, finishOf, freshName, incidentOf, noonMs, nothingNew, openedFor } from "../store/samples.ts";

let pool: StorePool;
let store: Store;
let web: ReturnType<typeof createWeb>;
const atMs = noonMs + 60_000;

beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs, 30);
  const operations = createOperations({
    store,
    clock: { nowMs: () => atMs, monotonicMs: () => atMs },
    freshId: () => freshName("sil"),
    probes: [],
    enqueue: () => Promise.resolve(),
    receiversOf: () => ["pager"],
    nudge: () => {},
  });
  web = createWeb({
    overview: (page) => store.overview(noonMs, page),
    health: () => ({ live: true, ready: true, reasons: [], warnings: [] }),
    api: { operations, gate: createGate([], true, () => 0) },
    alertSchema: {},
  });
});
afterAll(() => pool.close());

/** Enough of what comes back to go on with; the rest is compared as it is. */
type Answer = { readonly id: string; readonly incident: { readonly state: string } };

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const reply = await web.request(`http://localhost/api/v1${path}`, {
    method,
    headers: { host: "localhost", "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: reply.status, ...((await reply.json()) as { data?: Answer; error?: string }) };
}

async function openIncident() {
  const incident = { ...incidentOf(freshName("api"), noonMs), notifications: { lastNotifiedAtMs: noonMs } };
  const claim = claimOf(incident.probeId, noonMs);
  await store.claim(claim);
  await store.commit(finishOf(claim), () => openedFor(incident, ["pager"]));
  return incident;
}

test("an incident is listed, shown, acknowledged and resolved", async () => {
  const incident = await openIncident();
  const id = incidentId(incident);
  expect((await ask("GET", "/incidents")).data).toContainEqual(expect.objectContaining({ id, state: "open" }));
  expect((await ask("GET", `/incidents/${id}`)).data).toMatchObject({
    incident: { id, state: "open" },
    deliveries: [{ id: entryOf(incident, "pager").id, state: "pending" }],
  });
  expect(await ask("POST", `/incidents/${id}/acknowledge`, { why: "on it" })).toMatchObject({
    status: 200,
    data: { id, state: "acknowledged", acknowledged: { by: "local", why: "on it" } },
  });
  expect(await ask("POST", `/incidents/${id}/acknowledge`, { why: "on it" })).toEqual({
    status: 409,
    error: "local has already acknowledged the incident",
  });
  expect(await ask("POST", `/incidents/${id}/resolve`, { why: "over" })).toMatchObject({ data: { state: "resolved" } });
  expect((await ask("GET", "/incidents")).data).not.toContainEqual(expect.objectContaining({ id }));
  expect((await ask("GET", "/incidents?state=all")).data).toContainEqual(expect.objectContaining({ id }));
});

test("a silence is made, listed and ended", async () => {
  const made = await ask("POST", "/silences", { matcher: { target: "mini" }, durationMs: 3_600_000, why: "upgrade" });
  expect(made).toMatchObject({ status: 201, data: { by: "local", startsAtMs: atMs, endsAtMs: atMs + 3_600_000 } });
  const { reach, ...kept } = { reach: undefined, ...made.data };
  expect(reach).toEqual({ probes: 0, incidents: 0 });
  expect((await ask("GET", "/silences")).data).toContainEqual(kept);
  expect(await ask("DELETE", `/silences/${made.data?.id}`)).toMatchObject({ status: 200, data: { expired: true } });
  expect(await ask("DELETE", `/silences/${made.data?.id}`)).toEqual({ status: 404, error: "there is no such silence" });
});

test("too much is refused as such", async () => {
  const body = { why: "x".repeat(300_000) };
  expect(await ask("POST", "/incidents/x-1/acknowledge", body)).toEqual({ status: 413, error: "at most 262144 bytes" });
});

describe("what is wrong is said, all of it", () => {
  test.each([
    [
      "a matcher that matches everything",
      "/silences",
      { matcher: {}, durationMs: 60_000, why: "x" },
      /at least one of/,
    ],
    ["an unknown member", "/silences", { matcher: { tarjet: "x" }, durationMs: 60_000, why: "x" }, /tarjet/],
    ["several things", "/silences", { matcher: { kind: "dns" }, durationMs: -1 }, /matcher\.kind[^]*durationMs|why/],
    ["no reason", "/incidents/x-1/acknowledge", { why: " " }, /why/],
    ["no JSON", "/incidents/x-1/acknowledge", "{", /not JSON/],
  ])("%s", async (_what, path, body, error) => {
    expect(await ask("POST", path, body)).toMatchObject({ status: 400, error: expect.stringMatching(error) });
  });

  test("an unknown query, an unknown incident, a retry of nothing", async () => {
    expect(await ask("GET", "/incidents?stat=open")).toMatchObject({
      status: 400,
      error: expect.stringMatching(/stat/),
    });
    expect(await ask("GET", "/incidents/nothing-1")).toEqual({ status: 404, error: "there is no such incident" });
    expect(await ask("POST", "/deliveries/msg_1/retry")).toMatchObject({ status: 409 });
  });
});

test("a form of another site can't act: neither its type nor its host passes", async () => {
  const id = incidentId(await openIncident());
  const form = { "content-type": "text/plain" };
  expect(await ask("POST", `/incidents/${id}/resolve`, '{"why":"csrf"}', form)).toMatchObject({ status: 400 });
  const rebound = { host: "evil.example.com" };
  expect(await ask("POST", `/incidents/${id}/resolve`, { why: "rebinding" }, rebound)).toMatchObject({ status: 401 });
  expect(await ask("GET", "/status", undefined, rebound)).toMatchObject({ status: 401 });
  expect((await ask("GET", `/incidents/${id}`)).data?.incident.state).toBe("open");
});

test("the former path of the audit log still answers, and says that it is deprecated", async () => {
  const reply = await web.request("http://localhost/api/v1/acts", { headers: { host: "localhost" } });
  expect([reply.status, reply.headers.get("deprecation")]).toEqual([200, "true"]);
  const { data } = await ask("GET", "/audit-log");
  expect(await reply.json()).toEqual({ schema: 1, data });
});

test("the OpenAPI document names every route, its scope and its schemas", async () => {
  const reply = await web.request("/api/v1/openapi.json");
  const document = (await reply.json()) as {
    openapi: string;
    paths: Record<string, Record<string, { description: string; requestBody?: unknown; responses: object }>>;
  };
  expect(document.openapi).toBe("3.1.0");
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const scoped = operations.filter(({ operation }) => operation.description.startsWith("scope: "));
  expect(scoped.length).toBeGreaterThan(28);
  for (const { path, method, operation } of scoped) {
    const isRead = method === "get" || ["/api/v1/silences/preview", "/api/v1/rehearsals"].includes(path);
    expect([path, operation.description]).toEqual([path, isRead ? "scope: read" : "scope: write"]);
    expect(Object.keys(operation.responses).some((status) => status === "200" || status === "201")).toBe(true);
    expect(Object.keys(operation.responses).includes("403"), path).toBe(!isRead);
    expect(Object.keys(operation.responses).includes("413"), path).toBe(operation.requestBody !== undefined);
  }
  expect(JSON.stringify(document)).not.toContain("$schema");
});

test("the status shows a page of probes, those with incidents first, and stays small", async () => {
  const names = Array.from({ length: 120 }, () => freshName("many"));
  for (const name of names) {
    for (const back of [2, 1]) {
      const claim = claimOf(name, noonMs - back * 60_000);
      await store.claim(claim);
      await store.commit(finishOf(claim), () => nothingNew);
    }
  }
  const troubled = await openIncident();
  type Status = {
    readonly data: {
      readonly probesInAll: number;
      readonly probes: readonly { readonly probeId: string; readonly recent: readonly unknown[] }[];
    };
  };
  const page = async (number: number): Promise<{ readonly bytes: number; readonly data: Status["data"] }> => {
    const text = await (
      await web.request(`http://localhost/api/v1/status?page=${number}`, { headers: { host: "localhost" } })
    ).text();
    return { bytes: text.length, data: (JSON.parse(text) as Status).data };
  };
  const first = await page(1);
  expect(first.bytes).toBeLessThan(200_000);
  expect(first.data.probes).toHaveLength(50);
  expect(first.data.probes.map(({ probeId }) => probeId)).toContain(troubled.probeId);
  expect(first.data.probes.find(({ probeId }) => names.includes(probeId))?.recent).toHaveLength(2);
  const rest = [await page(2), await page(3)].flatMap(({ data }) => data.probes);
  expect(first.data.probes.length + rest.length).toBe(first.data.probesInAll);
  expect(new Set([...first.data.probes, ...rest].map(({ probeId }) => probeId)).size).toBe(first.data.probesInAll);
  expect((await page(4)).data.probes).toEqual([]);
});
