import { describe, expect, test } from "vitest";
import type { OutboxEntry } from "../../src/notify/compose/alert.ts";
import { horizonMs } from "../../src/notify/deliver/backoff.ts";
import { composeAlert } from "../../src/notify/compose/compose.ts";
import { deliverOnce } from "../../src/notify/deliver/deliver.ts";
import { beat } from "../../src/upkeep/heartbeat.ts";
import type { PostFault, PostReply, PostRequest } from "../../src/notify/deliver/poster.ts";
import { pollOnce } from "../../src/notify/deliver/outbox-poller.ts";
import { outboxEntries, routeAlert } from "../../src/notify/route/route.ts";
import type { TransitionKind } from "../../src/incident/incident.ts";
import { silentLog } from "../../src/std/log.ts";
import { posterSaying, status, worldOf } from "./delivery-world.ts";
import { receivers as kinds } from "../receivers/kinds.ts";
import { atMs, entryFor, incident, receiver, transition } from "./samples.ts";

/** Rows of the fault matrix that are about delivery; the others have their tests where their subject has. */
const minuteMs = 60_000;

function entryAt(sequence: number, kind: TransitionKind, laterMs: number): OutboxEntry {
  const what = transition(kind, { sequence, atMs: atMs + laterMs });
  const alert = composeAlert(incident({ sequence }), what);
  const [entry] = outboxEntries(alert, routeAlert(alert, ["pager"], { notified: new Set(["pager"]) }));
  if (entry === undefined) throw new Error("nothing is told");
  return entry;
}

/** Delivers whatever is due, from one due time to the next, until nothing is or the time is over. */
async function work(world: ReturnType<typeof worldOf>, untilMs: number): Promise<void> {
  while (world.clock.nowMs() <= untilMs) {
    const due: string[] = [];
    await pollOnce({ ...world, enqueue: (id) => Promise.resolve(void due.push(id)) });
    for (const id of due) await deliverOnce(world, id);
    if (due.length > 0) continue;
    const times = [...world.outbox.rows.values()]
      .filter((row) => !row.ended && row.dueAtMs > world.clock.nowMs())
      .map((row) => row.dueAtMs);
    if (times.length === 0) return;
    world.clock.setTo(Math.min(...times));
  }
}

const notified = (requests: readonly PostRequest[]) =>
  requests.map(({ headers, body }) => {
    const { data } = JSON.parse(body) as { data: OutboxEntry["alert"] };
    return { id: headers["webhook-id"], event: data.event, earlier: data.earlier?.map(({ event }) => event) };
  });

test("2: killed between the commit and the queue: the next process finds it in the outbox, under its id", async () => {
  const poster = posterSaying(status(200));
  const world = worldOf([receiver()], { poster });
  world.outbox.add(entryFor());
  world.clock.advance(10 * minuteMs);
  await work(world, atMs + 20 * minuteMs);
  expect(notified(poster.posted)).toEqual([{ id: entryFor().id, event: "opened" }]);
});

describe("20: a webhook that answers 500 for six hours", () => {
  async function sixHours(story: readonly OutboxEntry[]) {
    const accepted: PostRequest[] = [];
    const attempts: number[] = [];
    const poster = {
      post(request: PostRequest): Promise<PostReply | PostFault> {
        attempts.push(world.clock.nowMs() - atMs);
        const isDown = world.clock.nowMs() < atMs + 360 * minuteMs;
        if (!isDown) accepted.push(request);
        return Promise.resolve(status(isDown ? 500 : 200));
      },
    };
    const world = worldOf([receiver()], { poster });
    for (const entry of story) {
      await work(world, entry.createdAtMs);
      world.clock.setTo(Math.max(world.clock.nowMs(), entry.createdAtMs));
      world.outbox.add(entry);
    }
    await work(world, atMs + 480 * minuteMs);
    return { accepted: notified(accepted), attempts };
  }

  test("one message after it, with the latest state and all that it stands for", async () => {
    const story = [
      entryAt(1, "opened", 0),
      entryAt(2, "escalated", 60 * minuteMs),
      entryAt(3, "reminded", 240 * minuteMs),
      entryAt(4, "resolved", 300 * minuteMs),
    ];
    const { accepted, attempts } = await sixHours(story);
    expect(accepted).toEqual([{ id: story[3]?.id, event: "resolved", earlier: ["opened", "escalated", "reminded"] }]);
    expect(attempts.length).toBeLessThan(40);
  });

  test("an acknowledgement comes after what it acknowledges", async () => {
    const story = [
      entryAt(1, "opened", 0),
      entryAt(2, "escalated", 60 * minuteMs),
      entryAt(3, "acknowledged", 90 * minuteMs),
    ];
    const { accepted } = await sixHours(story);
    expect(accepted.map(({ event, earlier }) => [event, earlier])).toEqual([
      ["escalated", ["opened"]],
      ["acknowledged", undefined],
    ]);
  });
});

test("a receiver that is dead for days is given up after one, however often it is reminded", async () => {
  const dead = posterSaying({ kind: "fault", class: "connect" });
  const world = worldOf([receiver(), receiver({ name: "archive" })], { poster: dead });
  for (let sequence = 1; sequence <= 10; sequence += 1) {
    const entry = entryAt(sequence, sequence === 1 ? "opened" : "reminded", (sequence - 1) * 240 * minuteMs);
    await work(world, entry.createdAtMs);
    world.clock.setTo(Math.max(world.clock.nowMs(), entry.createdAtMs));
    world.outbox.add(entry);
  }
  const [self] = [...world.outbox.incidents.values()];
  expect(self?.label).toBe("delivery to pager");
  expect((self?.openedAtMs ?? Number.POSITIVE_INFINITY) - atMs).toBeLessThanOrEqual(horizonMs);
});

test("25: a service that knows the address no more is told to the others at once", async () => {
  const world = worldOf([{ ...kinds.slack, name: "pager" }, receiver({ name: "archive" })], {
    poster: posterSaying(status(404)),
    secret: () => "https://hooks.slack.com/services/T/B/x",
  });
  world.outbox.add(entryFor());
  expect(await deliverOnce(world, entryFor().id)).toMatchObject({ outcome: { kind: "refused" } });
  const others = [...world.outbox.rows.values()]
    .map(({ entry }) => entry)
    .filter(({ alert }) => alert.kind === "monitor");
  expect(others.map((entry) => entry.receiver)).toEqual(["archive"]);
});

test("26: both receivers dead: nothing is dropped, and the heart stops beating", async () => {
  const dead = posterSaying({ kind: "fault", class: "connect" });
  const world = worldOf([receiver(), receiver({ name: "archive" })], { poster: dead });
  world.outbox.add(entryFor());
  await work(world, atMs + 3 * horizonMs);
  const troubles = [...world.outbox.incidents.values()]
    .filter(({ state }) => state === "open")
    .map(({ label }) => label);
  expect(troubles.toSorted()).toEqual(["delivery to archive", "delivery to pager"]);
  // What is left says again that a receiver is dead, to the other one.
  const left = [...world.outbox.rows.values()].flatMap(({ ended, entry }) => (ended ? [] : entry.alert));
  expect(left.map(({ kind, event }) => `${event} ${kind}`)).toEqual(["reminded monitor"]);
  const { clock } = world;
  const store = { lastDone: () => Promise.resolve(new Map()), beat: () => Promise.reject(new Error("it was sent")) };
  const heart = { store, clock, probes: [], startedAtMs: atMs, everyMs: minuteMs, log: silentLog };
  expect(await beat({ ...heart, troubles: () => troubles })).toBe("withheld");
});
