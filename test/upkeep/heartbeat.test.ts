import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { deliverOnce } from "../../src/notify/deliver/deliver.ts";
import { createConcurrencyLimit } from "../../src/notify/deliver/concurrency-limit.ts";
import { heartbeatKind, heartbeatName, heartbeatReceiver } from "../../src/notify/deliver/heartbeat.ts";
import { pollOnce } from "../../src/notify/deliver/outbox-poller.ts";
import { createPoster } from "../../src/notify/deliver/post-undici.ts";
import { silentLog } from "../../src/std/log.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { beat, type HeartbeatWorld } from "../../src/upkeep/heartbeat.ts";
import { answer, type HttpReceiver, startReceiver } from "../notify/http-receiver.ts";
import { probe as sample } from "../probe/samples.ts";
import { openStorePool } from "../setup/databases.ts";
import { claimOf, finishOf, freshName, noonMs, nothingNew } from "../store/samples.ts";

const minuteMs = 60_000;
let pool: StorePool;
let store: Store;
let nowMs = noonMs;
let world: HeartbeatWorld;
beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs, 30);
});
afterAll(() => pool.close());
beforeEach(() => {
  nowMs += 60 * minuteMs;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  world = { store, clock, probes: [], startedAtMs: nowMs, everyMs: minuteMs, troubles: () => [], log: silentLog };
});

async function verdictOf(probeId: string): Promise<void> {
  const claim = claimOf(probeId, nowMs);
  await store.claim(claim);
  await store.commit(finishOf(claim), () => nothingNew);
}

/** What the notifier does with all that is due; returns how the attempts ended. */
async function deliver(url: string, allowPrivate = true): Promise<unknown[]> {
  const { clock } = world;
  const concurrency = createConcurrencyLimit();
  const queued: string[] = [];
  const enqueue = (id: string): Promise<void> => Promise.resolve(void queued.push(id));
  await pollOnce({ outbox: store, enqueue, clock, concurrency, log: silentLog });
  const notifier = {
    outbox: store,
    poster: createPoster(),
    mailer: { send: () => Promise.reject(new Error("no mail")) },
    receivers: new Map([[heartbeatName, heartbeatReceiver({ url, allowPrivate })]]),
    kindOf: () => heartbeatKind(minuteMs),
    secret: () => "",
    redact: (text: string) => text,
    random: Math.random,
    log: silentLog,
    clock,
    concurrency,
  };
  const attempts = [];
  for (const id of queued) attempts.push((await deliverOnce(notifier, id))?.outcome.kind);
  return attempts;
}

const waiting = async (): Promise<number> => (await store.overview(nowMs)).deliveries.pending;

test("while all is well it goes through the outbox to the switch, and leaves nothing behind", async () => {
  await using http: HttpReceiver = await startReceiver(answer(200));
  expect(await beat(world)).toBe("written");
  expect(await waiting()).toBe(1);
  expect(await deliver(http.url)).toEqual(["delivered"]);
  expect(http.received.map(({ body }) => body)).toEqual(['{"type":"plumbline.heartbeat"}']);
  expect(await waiting()).toBe(0);
});

test("a trouble of ours withholds it", async () => {
  expect(await beat({ ...world, troubles: () => ["delivery to pager"] })).toBe("withheld");
  expect(await waiting()).toBe(0);
});

test("a probe without a verdict for three intervals withholds it until there is one", async () => {
  const probe = { ...sample, id: freshName("silent"), cadence: { kind: "every", everyMs: minuteMs } } as const;
  const fleet = { ...world, probes: [probe] };
  expect(await beat(fleet)).toBe("written");
  nowMs += 4 * minuteMs;
  expect(await beat(fleet)).toBe("withheld");
  await verdictOf(probe.id);
  expect(await deliver("http://127.0.0.1:1")).toEqual(["refused"]);
  expect(await beat(fleet)).toBe("written");
  expect(await deliver("http://127.0.0.1:1")).toEqual(["failed"]);
});

describe("without a notifier", () => {
  test("one heartbeat waits, and it is never sent when it is out of date", async () => {
    await using http = await startReceiver(answer(200));
    for (let minute = 0; minute < 10; minute += 1) {
      await beat(world);
      nowMs += minuteMs;
    }
    expect(await waiting()).toBe(1);
    expect(await deliver(http.url)).toEqual(["refused"]);
    expect(http.received).toEqual([]);
    await beat(world);
    expect(await deliver(http.url)).toEqual(["delivered"]);
  });
});

test("a failure is not retried, opens no incident, and an address that nobody allowed is not asked", async () => {
  await using http = await startReceiver(answer(500));
  for (const [isAllowed, outcome] of [
    [true, "failed"],
    [false, "refused"],
  ] as const) {
    await beat(world);
    expect(await deliver(http.url, isAllowed)).toEqual([outcome]);
    expect(await waiting()).toBe(0);
  }
  expect(http.received).toHaveLength(1);
  expect(await store.incidents(true, 100)).toEqual([]);
});
