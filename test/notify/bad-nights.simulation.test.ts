import fc from "fast-check";
import { expect, test } from "vitest";
import type { OutboxEntry } from "../../src/notify/compose/alert.ts";
import { horizonMs } from "../../src/notify/deliver/backoff.ts";
import { composeAlert } from "../../src/notify/compose/compose.ts";
import { deliverOnce } from "../../src/notify/deliver/deliver.ts";
import { outboxEntries, routeAlert } from "../../src/notify/route/route.ts";
import type { PostFault, PostReply, PostRequest } from "../../src/notify/deliver/poster.ts";
import { worldOf } from "./delivery-world.ts";
import { atMs, incident, receiver, transition } from "./samples.ts";

/** What a night can bring to one attempt. `lost-record`: it arrived, and the process died before it knew. */
const troubles = ["ok", "ok", "500", "timeout", "429", "410", "lost-record", "down-for-hours"] as const;
type Trouble = (typeof troubles)[number];

interface Arrival {
  readonly receiver: string;
  readonly id: string;
  readonly incidentId: string;
  readonly sequence: number;
  readonly isSelf: boolean;
}

const names = ["pager", "archive"];
const events = ["opened", "escalated", "acknowledged", "resolved"] as const;

function storyOf(incidentId: string): OutboxEntry[] {
  return events.flatMap((event, index) => {
    const alert = composeAlert(
      incident({ sequence: index + 1 }),
      transition(event, { incidentId, sequence: index + 1, atMs: atMs + index * 60_000 }),
    );
    return outboxEntries(alert, routeAlert(alert, names, { notified: new Set(names) }));
  });
}

/** Plays a night: every entry is tried until none is left, the clock jumping to whatever is due next. */
async function play(nights: readonly Trouble[], seed: readonly number[]) {
  const arrivals: Arrival[] = [];
  let attempt = 0;
  let downUntilMs = 0;
  const poster = {
    post(request: PostRequest): Promise<PostReply | PostFault> {
      const trouble = nights[attempt++] ?? "ok";
      const status = (code: number, retryAfter?: string): PostReply =>
        retryAfter === undefined ? { kind: "reply", status: code } : { kind: "reply", status: code, retryAfter };
      if (trouble === "down-for-hours") downUntilMs = world.clock.nowMs() + 7 * 3_600_000;
      if (world.clock.nowMs() < downUntilMs) return Promise.resolve({ kind: "fault", class: "connect" });
      switch (trouble) {
        case "ok":
        case "lost-record": {
          const { data } = JSON.parse(request.body) as { data: OutboxEntry["alert"] };
          const name = new URL(request.url).hostname.split(".")[0] ?? "";
          const { incidentId, kind, sequence } = data;
          const id = request.headers["webhook-id"] ?? "";
          for (const message of [...(data.earlier ?? []), { id, sequence }]) {
            arrivals.push({
              receiver: name,
              id: message.id,
              incidentId,
              sequence: message.sequence,
              isSelf: kind === "monitor",
            });
          }
          world.outbox.failNextRecord = trouble === "lost-record";
          return Promise.resolve(status(200));
        }
        case "500":
        case "410":
          return Promise.resolve(status(Number(trouble)));
        case "429":
          return Promise.resolve(status(429, "600"));
        case "timeout":
        case "down-for-hours":
          return Promise.resolve({ kind: "fault", class: "timeout" });
        default:
          return trouble satisfies never;
      }
    },
  };
  const world = worldOf(
    names.map((name) => receiver({ name, url: `https://${name}.example.com/` })),
    { poster },
  );
  for (const entry of [...storyOf("a-1"), ...storyOf("b-1")]) world.outbox.add(entry);
  for (let step = 0; step < 3000; step += 1) {
    await world.outbox.catchUp(world.clock.nowMs());
    const due = await world.outbox.due(world.clock.nowMs(), 1000);
    if (due.length === 0) {
      const times = [...world.outbox.rows.values()]
        .filter((row) => !row.ended)
        .map((row) => Math.max(row.dueAtMs, row.leasedUntilMs))
        .filter((time) => time > world.clock.nowMs());
      if (times.length === 0) break;
      world.clock.setTo(Math.min(...times));
      continue;
    }
    // Jobs come in any order and more than once, and a dead process forgets what it was about to write.
    const { entry } = due[(seed[step % seed.length] ?? 0) % due.length] ?? due[0]!;
    const tries = [deliverOnce(world, entry.id), deliverOnce(world, entry.id)];
    await Promise.allSettled(tries);
  }
  return { arrivals, world };
}

test("I4: a thousand bad nights: all of it arrives in order under one id, or a self-incident says why not", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...troubles), { maxLength: 60 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 10 }),
      async (nights, seed) => {
        const { arrivals, world } = await play(nights, seed);
        expect([...world.outbox.rows.values()].filter((row) => !row.ended)).toEqual([]);
        expect(world.clock.nowMs()).toBeLessThan(atMs + 20 * horizonMs);
        for (const name of names) {
          const mine = arrivals.filter((it) => it.receiver === name && !it.isSelf);
          const complaint = [...world.outbox.incidents.values()].some(({ label }) => label === `delivery to ${name}`);
          for (const { entry } of world.outbox.rows.values()) {
            if (entry.receiver !== name || entry.alert.kind === "monitor") continue;
            const came = mine.filter(
              ({ incidentId, sequence }) => incidentId === entry.alert.incidentId && sequence === entry.alert.sequence,
            );
            expect(came.length > 0 || complaint).toBe(true);
            expect(came.every(({ id }) => id === entry.id)).toBe(true);
          }
          for (const incidentId of ["a-1", "b-1"]) {
            // A message that came twice repeats what it carries: what counts is when each came first.
            const sequences = mine.filter((it) => it.incidentId === incidentId).map(({ sequence }) => sequence);
            const order = [...new Set(sequences)];
            expect(order).toEqual(order.toSorted((a, b) => a - b));
          }
        }
      },
    ),
    { numRuns: 1000 },
  );
});
