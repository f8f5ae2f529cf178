import { afterAll, beforeAll, expect, test } from "vitest";
import { openActs } from "../../src/app/action-links.ts";
import { type LinkAction, actionAddress } from "../../src/incident/action-link.ts";
import { incidentId } from "../../src/incident/incident.ts";
import { createOperations, type Operations } from "../../src/operate/operations.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import type { World } from "../../src/run/world.ts";
import { systemClock } from "../../src/std/clock.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { createGate } from "../../src/web/access.ts";
import { serveWeb, type WebServer } from "../../src/web/serve.ts";
import { probe as sample } from "../probe/samples.ts";
import { completion, fakeExchanger, ok } from "../run/fake-exchanger.ts";
import { quietWorld } from "../run/quiet-world.ts";

const key = "a link key of a good many characters";
const dayStart = Date.UTC(2026, 10, 23, 8);
const minuteMs = 60_000;
const drift = { falsePageEveryMs: 300 * minuteMs, samples: 20, pageAfterMs: 1, fullAfterMs: 1 };
const probe = { ...sample, id: "moves@eu", name: "moves", judge: { ...sample.judge, drift } };

let pool: StorePool;
let store: Store;
let operations: Operations;
let web: WebServer;
let world: World;
let nowMs = dayStart;
let slower = 1;
let step = 0;

beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, dayStart, 30);
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  world = quietWorld(() => nowMs, {
    exchanger: fakeExchanger(
      () => ok(completion()),
      () => 800 * slower * (1 + 0.05 * Math.sin((step += 1) * 12.9898)),
    ),
    runs: store,
  });
  operations = createOperations({
    store,
    clock,
    freshId: (kind) => `${kind}_1`,
    probes: [probe],
    enqueue: () => Promise.resolve(),
    receiversOf: () => ["pager"],
    nudge: () => {},
  });
  const api = { operations, gate: createGate([], false, () => 0) };
  const acts = openActs({ publicUrl: "https://plumbline.example.com", key: () => key }, operations, store);
  const health = () => ({ live: true, ready: true, reasons: [], warnings: [] });
  web = await serveWeb({ overview: () => store.overview(nowMs), health, api, acts }, { host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await web.close();
  await pool.close();
});

async function run(times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    nowMs += minuteMs;
    await runProbe(world, probe, nowMs);
  }
}

async function untilMoved(): Promise<string> {
  for (let tries = 0; tries < 120; tries += 1) {
    await run(1);
    const found = (await operations.incidents.list(false)).find(({ kind }) => kind === "latency");
    if (found !== undefined) return incidentId(found);
  }
  throw new Error("no latency incident");
}

const linkTo = (act: LinkAction, id: string, livesMs = 60_000) => {
  const expiresAtMs = Math.floor(systemClock.nowMs() / 1000) * 1000 + livesMs;
  return actionAddress(web.url, { act, incidentId: id, receiver: "pager", expiresAtMs }, key);
};

async function ask(address: string, form?: Record<string, string>) {
  const reply = await fetch(address, form && { method: "POST", body: new URLSearchParams(form) });
  return { status: reply.status, html: await reply.text() };
}

test("what an incident was can be said by its links, while it lasts and when it is over", async () => {
  await run(60);
  slower = 2;
  const id = await untilMoved();
  await run(5);
  const did = async () =>
    (await operations.auditLog())
      .filter(({ subject }) => subject === id)
      .map(({ what }) => what)
      .toSorted();

  const exclude = linkTo("exclude", id);
  const shown = await ask(exclude);
  expect(shown).toMatchObject({ status: 200, html: expect.stringContaining("Learn nothing from it?") });
  expect(shown.html).toContain('<form method="post">');
  expect(await did()).toEqual([]);
  const open = await ask(exclude, { why: "" });
  expect(open).toMatchObject({
    status: 200,
    html: expect.stringContaining("2 series of the probe no longer learn from"),
  });
  expect(open.html).toContain("use this link again after it resolves");
  expect(open.html).toMatch(/These still count its runs: (error rate, prompt tokens|prompt tokens, error rate)\./);
  expect(await did()).toEqual(["exclude-incident"]);
  expect(await operations.auditLog()).toContainEqual(
    expect.objectContaining({ by: "link to pager", why: "by the link in the alert" }),
  );

  const noise = linkTo("noise", id);
  expect(await ask(noise)).toMatchObject({ status: 200, html: expect.stringContaining("Was this a false positive?") });
  expect(await did()).toEqual(["exclude-incident"]);
  const marked = await ask(noise, { why: "a batch job of ours" });
  expect(marked).toMatchObject({ status: 200, html: expect.stringContaining("Marked as a false positive") });
  expect(await did()).toEqual(["exclude-incident", "mark-noise"]);
  expect(await ask(noise, { why: "again" })).toMatchObject({ html: expect.stringContaining("already used") });
  // What can't be done leaves the link as it was.
  const another = linkTo("noise", id, 120_000);
  for (let times = 0; times < 2; times += 1) {
    const refused = {
      status: 409,
      html: expect.stringContaining("already marked as a false positive"),
    };
    expect(await ask(another, { why: "" })).toMatchObject(refused);
  }

  await run(5);
  await operations.incidents.resolve(id, "ann", "it is over");
  expect(await ask(exclude)).toMatchObject({ status: 200, html: expect.stringContaining("resolved") });
  const rest = await ask(exclude, { why: "it was real" });
  expect(rest.status).toBe(200);
  expect(rest.html).not.toContain("use this link again");
  expect(await ask(exclude, { why: "it was real" })).toMatchObject({ html: expect.stringContaining("already used") });
  expect(await ask(linkTo("acknowledge", id))).toMatchObject({
    status: 409,
    html: expect.stringContaining("This incident is resolved"),
  });
});
