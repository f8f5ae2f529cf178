import { afterAll, beforeAll, expect, test } from "vitest";
import { openActs } from "../../src/app/action-links.ts";
import { type ActionLink, actionAddress } from "../../src/incident/action-link.ts";
import { type Incident, incidentId } from "../../src/incident/incident.ts";
import { createOperations, type Operations } from "../../src/operate/operations.ts";
import { systemClock } from "../../src/std/clock.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { createGate } from "../../src/web/access.ts";
import { mountLinkActions } from "../../src/web/action-pages.ts";
import { createApp } from "../../src/web/openapi.ts";
import { serveWeb, type WebServer } from "../../src/web/serve.ts";
import { claimOf, finishOf, freshName, incidentOf, noonMs, openedFor } from "../store/samples.ts";

const key = "a link key of a good many characters";
let pool: StorePool;
let store: Store;
let operations: Operations;
let web: WebServer;

beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs, 30);
  operations = createOperations({
    store,
    clock: systemClock,
    freshId: () => freshName("sil"),
    probes: [],
    enqueue: () => Promise.resolve(),
    receiversOf: () => ["pager"],
    nudge: () => {},
  });
  const api = {
    operations,
    gate: createGate([{ name: "ann", scope: "write", token: "t".repeat(20) }], false, () => 0),
  };
  const acts = openActs({ publicUrl: "https://plumbline.example.com", key: () => key }, operations, store);
  const health = () => ({ live: true, ready: true, reasons: [], warnings: [] });
  web = await serveWeb({ overview: () => store.overview(noonMs), health, api, acts }, { host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await web.close();
  await pool.close();
});

async function openIncident(over: Partial<Incident> = {}): Promise<Incident> {
  const incident = { ...incidentOf(freshName("act"), noonMs, over), notifications: { lastNotifiedAtMs: noonMs } };
  const claim = claimOf(incident.probeId, noonMs);
  await store.claim(claim);
  await store.commit(finishOf(claim), () => openedFor(incident, ["pager"]));
  return incident;
}

function addressOf(act: ActionLink["act"], incident: Incident, livesMs = 60_000, signedWith = key): string {
  const expiresAtMs = Math.floor((systemClock.nowMs() + livesMs) / 1000) * 1000;
  return actionAddress(web.url, { act, incidentId: incidentId(incident), receiver: "pager", expiresAtMs }, signedWith);
}

async function ask(address: string, form?: Record<string, string>) {
  const reply = await fetch(address, form && { method: "POST", body: new URLSearchParams(form) });
  return { status: reply.status, headers: reply.headers, html: await reply.text() };
}

const stateOf = async (incident: Incident) => (await operations.incidents.get(incidentId(incident)))?.incident.state;

test("who writes their name is named, beside the receiver that the link was sent to", async () => {
  const incident = await openIncident();
  const form = { name: "ann @here", why: "on it" };
  expect((await ask(addressOf("acknowledge", incident), form)).status).toBe(200);
  const after = (await operations.incidents.get(incidentId(incident)))?.incident;
  expect(after?.acknowledged?.by).toMatch(/^ann .*here \(link to pager\)$/);
  expect(after?.acknowledged?.by).not.toContain("@here");
});

test("following the link asks; only the answer acts, once, under the receiver's name", async () => {
  const incident = await openIncident();
  const address = addressOf("acknowledge", incident);
  for (let times = 0; times < 2; times += 1) {
    const shown = await ask(address);
    expect(shown.status).toBe(200);
    expect(shown.html).toContain("Acknowledge this incident?");
    expect(shown.html).toContain('<form method="post">');
  }
  expect(await stateOf(incident)).toBe("open");

  expect(await ask(address, { why: "on it" })).toMatchObject({
    status: 200,
    html: expect.stringContaining("Acknowledged"),
  });
  expect((await operations.incidents.get(incidentId(incident)))?.incident).toMatchObject({
    state: "acknowledged",
    acknowledged: { by: "link to pager", why: "on it" },
  });
  expect(await operations.auditLog()).toContainEqual(
    expect.objectContaining({ by: "link to pager", what: "acknowledge", subject: incidentId(incident), why: "on it" }),
  );
  const again = await ask(address, { why: "on it" });
  expect(again).toMatchObject({ status: 409, html: expect.stringContaining("already used") });
  expect((await operations.auditLog()).filter(({ subject }) => subject === incidentId(incident))).toHaveLength(1);
});

test("pressed twice at once it is done once", async () => {
  const incident = await openIncident();
  const address = addressOf("silence", incident);
  const replies = await Promise.all(Array.from({ length: 5 }, () => ask(address, { why: "" })));
  expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409]);
  const silences = (await operations.silences.list()).filter(({ matcher }) => matcher.probe === incident.probe);
  expect(silences).toMatchObject([{ by: "link to pager", matcher: { target: incident.target, kind: incident.kind } }]);
  expect(silences.map(({ startsAtMs, endsAtMs }) => endsAtMs - startsAtMs)).toEqual([3_600_000]);
});

test("accepting needs a reason, and what can't be accepted leaves the link as it was", async () => {
  const incident = await openIncident({ kind: "policy" });
  const address = addressOf("accept", incident);
  expect((await ask(address)).html).toMatch(/<textarea[^>]* required>/);
  expect((await ask(address, { why: " " })).status).toBe(422);
  for (let times = 0; times < 2; times += 1) {
    expect(await ask(address, { why: "wanted" })).toMatchObject({
      status: 409,
      html: expect.stringContaining("about a fixed rule, not a baseline"),
    });
  }
  expect(await stateOf(incident)).toBe("open");
});

test("forged, expired, of another key, of an incident that is over or unknown: a plain page, and nothing is done", async () => {
  const incident = await openIncident();
  const good = addressOf("acknowledge", incident);
  const cases: [string, number][] = [
    [good.replace("acknowledge", "silence"), 403],
    [good.slice(0, -4), 403],
    [`${web.url}/act`, 403],
    [addressOf("acknowledge", incident, 60_000, "another key"), 403],
    [addressOf("acknowledge", incident, -60_000), 410],
    [addressOf("acknowledge", { ...incident, episode: 99 }), 404],
  ];
  for (const [address, status] of cases) {
    for (const form of [undefined, { why: "x" }]) {
      const reply = await ask(address, form);
      expect([address, reply.status]).toEqual([address, status]);
      expect(reply.html).toMatch(/^<!doctype html>/);
      expect(reply.html).not.toContain("<form");
    }
  }
  expect(await stateOf(incident)).toBe("open");
  await operations.incidents.resolve(incidentId(incident), "ann", "over");
  expect(await ask(good, { why: "x" })).toMatchObject({ status: 409, html: expect.stringContaining("over") });
});

test("no script, nothing from elsewhere, no frame, no referrer; what an incident holds stays text", async () => {
  const hostile = '<script>alert(1)</script>"><img src=x onerror=y>\u202e';
  const finding = {
    kind: "contract",
    severity: "breaking",
    subject: hostile,
    expected: hostile,
    observed: hostile,
  } as const;
  const incident = await openIncident({ findings: [finding], label: hostile, model: hostile });
  const { html, headers } = await ask(addressOf("acknowledge", incident));
  expect(html).not.toMatch(/<script|<img|onerror=y>|\u202e/);
  expect(html).toContain("&lt;script&gt;alert(1)");
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toMatch(/default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'/);
  expect(headers.get("referrer-policy")).toBe("same-origin");
  expect(headers.get("cache-control")).toBe("no-store");
});

test("a store that does not answer: a page says so, and the link stays as good as it was", async () => {
  const incident = await openIncident();
  const acknowledge = () => Promise.reject(new Error("password of db.internal"));
  const broken = { ...operations, incidents: { ...operations.incidents, acknowledge } };
  const app = createApp();
  mountLinkActions(
    app,
    openActs({ publicUrl: "https://plumbline.example.com", key: () => key }, broken, store),
    createGate([], false, () => 0),
  );
  const address = addressOf("acknowledge", incident);
  const reply = await app.request(address, { method: "POST", body: new URLSearchParams({ why: "x" }) });
  expect(reply.status).toBe(500);
  expect(await reply.text()).not.toContain("db.internal");
  expect((await ask(address, { why: "x" })).status).toBe(200);
});

test("a form that is too long is refused", async () => {
  const incident = await openIncident();
  expect((await ask(addressOf("acknowledge", incident), { why: "x".repeat(20_000) })).status).toBe(413);
  expect(await stateOf(incident)).toBe("open");
});
