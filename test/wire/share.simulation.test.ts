import fc from "fast-check";
import { expect, test } from "vitest";
import type { Outcome } from "../../src/exchange/exchange.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/std/json.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { ok } from "../run/fake-exchanger.ts";
import { type Player, playReplies } from "./play.ts";
import { body } from "./wire-bodies.ts";

const members = [
  "$.id",
  "$.object",
  "$.created",
  "$.model",
  "$.choices.0.index",
  "$.choices.0.message.role",
  "$.choices.0.message.content",
  "$.choices.0.finish_reason",
  "$.usage",
  "$.usage.prompt_tokens",
  "$.usage.completion_tokens",
] as const;

/** The healthy reply without this member, or with another value there. */
function without(path: string, value?: Json): Outcome {
  const document = JSON.parse(JSON.stringify(body())) as JsonObject;
  const parts = path.split(".").slice(1);
  const name = parts.pop() ?? "";
  let holder: Json = document;
  for (const part of parts)
    holder = Array.isArray(holder)
      ? (holder[Number(part)] ?? null)
      : isJsonObject(holder)
        ? (holder[part] ?? null)
        : null;
  if (!isJsonObject(holder)) throw new Error(path);
  if (value === undefined) delete holder[name];
  else holder[name] = value;
  return ok(document);
}

const healthy = ok(JSON.parse(JSON.stringify(body())) as JsonObject);

async function eventsOf(player: Player, runs: number): Promise<string[]> {
  const events: string[] = [];
  for (let n = 0; n < runs; n += 1) {
    const { alerts } = await player.run();
    for (const { event, severity, kind, summary } of alerts) {
      const isOfReply = kind === "contract" || kind === "expectation";
      if (severity !== "informative" && isOfReply && event !== "reminded") events.push(`${event} ${summary}`);
    }
  }
  return events;
}

const breaks = fc.record({
  member: fc.constantFrom(...members),
  value: fc.constantFrom<Json | undefined>(undefined, undefined, null),
  share: fc.oneof(fc.double({ min: 0.1, max: 0.95, noNaN: true }), fc.constant(1)),
  seed: fc.nat(),
});

test("a member that is gone in any share of replies is one incident with the share, open while it lasts", async () => {
  await fc.assert(
    fc.asyncProperty(breaks, async ({ member, value, share, seed }) => {
      const random = seededRandom(seed);
      let isBroken = false;
      let odd = 0;
      let all = 0;
      const broken = without(member, value);
      const player = playReplies(() => {
        if (!isBroken) return healthy;
        all += 1;
        if (random() >= share) return healthy;
        odd += 1;
        return broken;
      });
      expect(await eventsOf(player, 40)).toEqual([]);
      isBroken = true;
      const events = await eventsOf(player, 200);
      // Of one that began with every reply nobody can know that it is in a part: it may seem over once.
      const seemsFull = events.length === 3 && !/ in \d+ % of replies/.test(events[0] ?? "");
      const expected = seemsFull ? [/^opened /, /^resolved /, /^(re)?opened /] : [/^opened /];
      expect(events, `${member} ${odd} of ${all}`).toEqual(expected.map((it) => expect.stringMatching(it)));
      const [incident] = player.incidents().filter(({ state }) => state === "open");
      const text = incident?.findings.map(({ observed }) => observed).join("; ") ?? "";
      const said = Number(/in (\d+) % of replies since/.exec(text)?.[1] ?? 100);
      expect(Math.abs(said - (100 * odd) / all), text).toBeLessThan(12);
      isBroken = false;
      expect(await eventsOf(player, 250)).toEqual([expect.stringMatching(/^resolved /)]);
    }),
    { numRuns: 12, endOnFailure: true },
  );
});
