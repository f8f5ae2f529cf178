import { kindOf } from "../../../src/receivers/receivers.ts";
import { describe, expect, test } from "vitest";
import { type DeliveryWorld, deliverOnce } from "../../../src/notify/deliver/deliver.ts";
import { createMailer } from "../../../src/notify/deliver/mail-nodemailer.ts";
import { createConcurrencyLimit } from "../../../src/notify/deliver/concurrency-limit.ts";
import type { PostReply } from "../../../src/notify/deliver/poster.ts";
import { pollOnce, startOutboxPoller } from "../../../src/notify/deliver/outbox-poller.ts";
import type { Every } from "../../../src/std/repeat.ts";
import { silentLog } from "../../../src/std/log.ts";
import { HandClock, MemoryOutbox } from "../outbox-double.ts";
import { atMs, entryFor, receiver, secrets } from "../samples.ts";

/** A timer that fires when the test says so. */
function handTimer(): {
  every: Every;
  fire(): void;
  readonly intervalMs: number;
  readonly stopped: boolean;
} {
  let work = (): void => {};
  const timer = {
    intervalMs: 0,
    stopped: false,
    every: (intervalMs: number, repeated: () => void) => {
      timer.intervalMs = intervalMs;
      work = repeated;
      return { stop: () => void (timer.stopped = true) };
    },
    fire: () => work(),
  };
  return timer;
}

function pollerWorld(outbox = new MemoryOutbox([entryFor("pager", "a-1")])) {
  const enqueued: [string, number][] = [];
  return {
    outbox,
    enqueued,
    enqueue: (id: string, attempt: number) => {
      enqueued.push([id, attempt]);
      return Promise.resolve();
    },
    clock: new HandClock(atMs),
    concurrency: createConcurrencyLimit(),
    log: silentLog,
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("relayOnce", () => {
  test("enqueues what is due, with the number of the attempt to be made", async () => {
    const world = pollerWorld();
    const { id } = entryFor("pager", "a-1");
    expect(await pollOnce(world)).toBe(1);
    await world.outbox.record({
      outboxId: id,
      receiver: "pager",
      ordinal: 1,
      startedAtMs: atMs,
      durationMs: 1,
      outcome: { kind: "failed", reason: "status 503" },
      nextDueAtMs: atMs + 5_000,
    });
    expect(await pollOnce(world)).toBe(0);
    world.clock.advance(5_000);
    expect(await pollOnce(world)).toBe(1);
    expect(world.enqueued).toEqual([
      [id, 1],
      [id, 2],
    ]);
  });

  test("what a lost queue has forgotten is asked for again; what is leased is not", async () => {
    const world = pollerWorld();
    await pollOnce(world);
    world.enqueued.length = 0;
    expect(await pollOnce(world)).toBe(1);
    await world.outbox.lease(entryFor("pager", "a-1").id, atMs, 30_000);
    expect(await pollOnce(world)).toBe(0);
    world.clock.advance(30_000);
    expect(await pollOnce(world)).toBe(1);
  });

  test("enqueues for each receiver no more than its lane can take", async () => {
    const entries = [1, 2, 3, 4, 5, 6].flatMap((n) => [entryFor("dead", `${n}-1`), entryFor("alive", `${n}-1`)]);
    const world = { ...pollerWorld(new MemoryOutbox(entries)), concurrency: createConcurrencyLimit(2) };
    const leave = world.concurrency.enter("dead");
    await pollOnce(world);
    const receiverOf = (id: string) => entries.find((entry) => entry.id === id)?.receiver;
    expect(world.enqueued.map(([id]) => receiverOf(id)).toSorted()).toEqual(["alive", "alive", "dead"]);
    leave();
  });
});

describe("startRelay", () => {
  test("looks at the start, every second, when nudged, and no more once stopped", async () => {
    const world = pollerWorld();
    const timer = handTimer();
    const outboxPoller = startOutboxPoller(world, timer.every);
    await settled();
    expect([world.enqueued.length, timer.intervalMs]).toEqual([1, 1000]);
    timer.fire();
    await settled();
    outboxPoller.nudge();
    await settled();
    expect(world.enqueued).toHaveLength(3);
    await outboxPoller.stop();
    expect(timer.stopped).toBe(true);
    outboxPoller.nudge();
    timer.fire();
    await settled();
    expect(world.enqueued).toHaveLength(3);
  });

  test("nudges during a look become one more look, and none is lost", async () => {
    const world = pollerWorld();
    const gate = Promise.withResolvers<void>();
    let looks = 0;
    const due = world.outbox.due.bind(world.outbox);
    world.outbox.due = async (...call) => {
      looks += 1;
      await gate.promise;
      return due(...call);
    };
    const outboxPoller = startOutboxPoller(world, handTimer().every);
    for (let n = 0; n < 10; n += 1) outboxPoller.nudge();
    await settled();
    expect(looks).toBe(1);
    gate.resolve();
    await settled();
    expect(looks).toBe(2);
    await outboxPoller.stop();
  });

  test("a store or queue that fails is asked again at the next look", async () => {
    const world = pollerWorld();
    let failures = 2;
    const enqueue = world.enqueue;
    world.enqueue = (...call) => ((failures -= 1) >= 0 ? Promise.reject(new Error("gone")) : enqueue(...call));
    const timer = handTimer();
    const outboxPoller = startOutboxPoller(world, timer.every);
    for (let n = 0; n < 3; n += 1) {
      timer.fire();
      await settled();
    }
    expect(world.enqueued.length).toBeGreaterThanOrEqual(1);
    await outboxPoller.stop();
  });
});

test("a receiver that hangs holds its own lane and delays no other, with fewer workers than its alerts", async () => {
  const dead = Array.from({ length: 20 }, (_, n) => entryFor("dead", `${n}-1`));
  const alive = Array.from({ length: 20 }, (_, n) => entryFor("alive", `${n}-1`));
  const outbox = new MemoryOutbox([...dead, ...alive]);
  const hanging: (() => void)[] = [];
  const delivered: string[] = [];
  const ok: PostReply = { kind: "reply", status: 200 };
  const concurrency = createConcurrencyLimit(2);
  const clock = new HandClock(atMs);
  const world: DeliveryWorld = {
    clock,
    outbox,
    concurrency,
    kindOf,
    redact: (text) => text,
    random: () => 0.5,
    receivers: new Map(["dead", "alive"].map((name) => [name, receiver({ name, url: `https://${name}.test/` })])),
    secret: () => secrets["NEW_SECRET"] ?? "",
    log: silentLog,
    mailer: createMailer(),
    poster: {
      post({ url, headers }) {
        if (!url.includes("dead")) {
          delivered.push(headers["webhook-id"] ?? "");
          return Promise.resolve(ok);
        }
        return new Promise((resolve) => hanging.push(() => resolve({ kind: "fault", class: "timeout" })));
      },
    },
  };
  // A queue with four workers that takes jobs in order and knows each by its id, as the real one does.
  const jobs: string[] = [];
  let busy = 0;
  const pump = (): void => {
    while (busy < 4 && jobs.length > 0) {
      busy += 1;
      void deliverOnce(world, jobs.shift() ?? "").finally(() => {
        busy -= 1;
        pump();
      });
    }
  };
  const enqueue = (id: string): Promise<void> => {
    if (!jobs.includes(id)) jobs.push(id);
    pump();
    return Promise.resolve();
  };
  const timer = handTimer();
  const outboxPoller = startOutboxPoller({ outbox, enqueue, clock, concurrency, log: silentLog }, timer.every);
  await expect.poll(() => delivered.length).toBe(20);
  expect(new Set(delivered)).toEqual(new Set(alive.map(({ id }) => id)));
  expect(hanging).toHaveLength(2);

  for (const release of hanging.splice(0)) release();
  await expect.poll(() => hanging.length).toBe(2);
  expect(outbox.recorded.filter(({ receiver: name }) => name === "dead")).toHaveLength(2);
  await outboxPoller.stop();
  for (const release of hanging.splice(0)) release();
});
