import { afterAll, beforeAll, expect, test } from "vitest";
import { deliverOnce } from "../../src/notify/deliver/deliver.ts";
import { testHorizonMs } from "../../src/notify/deliver/backoff.ts";
import { plainAlerting } from "../../src/probe/alerting.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { testReceivers } from "../../src/upkeep/test-receivers.ts";
import { worldOf } from "../notify/delivery-world.ts";
import { startReceiver } from "../notify/http-receiver.ts";
import { lookUp, receivers as samples } from "../receivers/kinds.ts";
import { openStorePool } from "../setup/databases.ts";
import { noonMs } from "../store/samples.ts";

const dayMs = 86_400_000;
const dueMs = noonMs + 6 * dayMs;
const alerting = {
  ...plainAlerting,
  receiverTests: {
    days: [new Date(dueMs).getUTCDay()],
    atMinute: 12 * 60,
    tz: "UTC",
    receivers: ["phone", "team", "pager"],
  },
};

let pool: StorePool;
let store: Store;
beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs, 30);
});
afterAll(() => pool.close());

test("once a week each receiver gets a test that wakes nobody; one that swallows it is reported to the others", async () => {
  expect(await testReceivers({ store, alerting }, noonMs)).toBe(false);
  expect(await testReceivers({ store, alerting }, dueMs - 1)).toBe(false);
  expect(await store.due(dueMs, 10)).toEqual([]);
  const begun = await Promise.all([1, 2].map(() => testReceivers({ store, alerting }, dueMs)));
  expect(begun.toSorted()).toEqual([false, true]);
  expect(await testReceivers({ store, alerting }, dueMs + 6 * dayMs)).toBe(false);

  // Slack's gateway says 200, and that it has thrown the message away.
  await using service = await startReceiver((response, { path }) => {
    if (path.includes("slack")) response.writeHead(200).end('{"ok":false,"error":"channel_is_archived"}');
    else response.writeHead(path.startsWith("/v2") ? 202 : 200).end("{}");
  });
  const at = (path: string) => ({
    url: `http://127.0.0.1:${service.port}${path}`,
    allowPrivate: true,
    timeoutMs: 5_000,
  });
  const world = {
    ...worldOf([
      { ...samples.ntfy, name: "phone", ...at("/") },
      { ...samples.slack, name: "team", ...at("/slack") },
      { ...samples.pagerduty, name: "pager", ...at("/v2/enqueue") },
    ]),
    outbox: store,
    secret: lookUp,
  };
  world.clock.advance(dueMs - world.clock.nowMs());
  const endMs = dueMs + testHorizonMs + 60_000;
  while (world.clock.nowMs() < endMs) {
    await store.catchUp(world.clock.nowMs());
    for (const { entry } of await store.due(world.clock.nowMs(), 10)) await deliverOnce(world, entry.id);
    world.clock.advance(5_000);
  }

  const sent = service.received.map(({ path, body }) => ({ path, body: JSON.parse(body) as Record<string, unknown> }));
  const tests = sent.filter(({ body }) => JSON.stringify(body).includes("TEST from Plumbline"));
  expect(tests.filter(({ path }) => path === "/").map(({ body }) => body["priority"])).toEqual([1, 1]);
  expect(tests.filter(({ path }) => path === "/v2/change/enqueue")).toHaveLength(2);
  expect(tests.filter(({ path }) => path === "/v2/enqueue")).toEqual([]);

  const reports = sent.filter(({ body }) => JSON.stringify(body).includes("delivery to team"));
  expect(reports.map(({ path }) => path).toSorted()).toEqual(["/", "/v2/enqueue"]);
  expect(JSON.stringify(reports[0]?.body)).toContain("the answer is an error");
});
