import fc from "fast-check";
import { expect, test } from "vitest";
import type { Outcome } from "../../src/exchange/exchange.ts";
import type { Watching } from "../../src/judgement/contract/kept.ts";
import type { Graded } from "../../src/judgement/contract/overrides.ts";
import {
  isNotifiedNow,
  markNotified,
  oddsOf,
  ongoing,
  startWatching,
  watchOn,
} from "../../src/judgement/contract/watching.ts";
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

/** One reply of so many, and before that the first ones all; a long gap right after a few in a row would be their end. */
const rhythms = fc.oneof(
  fc.record({ every: fc.integer({ min: 1, max: 12 }), first: fc.constant(0) }),
  fc.record({ every: fc.integer({ min: 2, max: 5 }), first: fc.integer({ min: 1, max: 3 }) }),
);
const breaks = fc.record({
  member: fc.constantFrom(...members),
  value: fc.constantFrom<Json | undefined>(undefined, undefined, null),
  rhythm: rhythms,
});

test("a member that is gone in any share of replies is one incident with the share, open while it lasts", async () => {
  await fc.assert(
    fc.asyncProperty(breaks, async ({ member, value, rhythm: { every, first } }) => {
      let isBroken = false;
      let odd = 0;
      let all = 0;
      const broken = without(member, value);
      const player = playReplies(() => {
        if (!isBroken) return healthy;
        all += 1;
        if (all > first && all % every !== 0) return healthy;
        odd += 1;
        return broken;
      });
      expect(await eventsOf(player, 40)).toEqual([]);
      isBroken = true;
      expect(await eventsOf(player, 150), `${member} ${odd} of ${all}`).toEqual([expect.stringMatching(/^opened /)]);
      const [incident] = player.incidents().filter(({ state }) => state === "open");
      const text = incident?.findings.map(({ observed }) => observed).join("; ") ?? "";
      const said = Number(/in (\d+) % of replies since/.exec(text)?.[1] ?? 100);
      expect(Math.abs(said - (100 * odd) / all), text).toBeLessThan(12);
      isBroken = false;
      expect(await eventsOf(player, 180)).toEqual([expect.stringMatching(/^resolved /)]);
    }),
    { numRuns: 10, endOnFailure: true },
  );
});

const refused: readonly (readonly [name: string, reply: Outcome])[] = [
  [
    "status 200 → 500 server_error",
    { ...ok({ error: { message: "boom", type: "server_error" } }), status: 500 } as Outcome,
  ],
  ["reply a completion → 200 502", ok({ error: { message: "boom", code: 502 } })],
  [
    "no reply: connection reset",
    { kind: "fault", class: "reset", phase: "headers", code: "ECONNRESET" } as unknown as Outcome,
  ],
];

test.each(refused)(
  "%s, never twice within three runs, is one incident while it lasts, and then over",
  async (says, reply) => {
    for (const every of [4, 10]) {
      let n = -31;
      const player = playReplies(() => ((n += 1) > 0 && n <= 200 && n % every === 0 ? reply : healthy));
      const events: string[] = [];
      for (let run = 0; run < 231; run += 1) {
        for (const { event, severity, summary } of (await player.run()).alerts)
          if (severity !== "informative" && event !== "reminded") events.push(`${event} ${summary}`);
      }
      expect(events, `one in ${every}`).toEqual([expect.stringMatching(/^opened .*, (\d+) of (\d+) runs$/)]);
      expect(events[0]).toContain(says);
      const until = [];
      for (let run = 0; run < 160; run += 1)
        for (const { event, kind } of (await player.run()).alerts)
          if (event === "resolved" && kind !== "latency") until.push(run);
      expect(until[0]).toBeLessThan(150);
    }
  },
);

const gone: Graded = {
  kind: "gone",
  subject: "$.choices[].message.role",
  expected: "string",
  observed: "absent",
  chances: 30,
  sightings: 0,
  severity: "breaking",
};

/** One more run of a watch, and whether the break goes on as far as it knows. */
function stepped(before: Watching, isOdd: boolean, upstream?: string): readonly [Watching, boolean] {
  const found = isOdd ? [gone] : [];
  const after = watchOn(before, found, 30, { slotMs: 0, upstream });
  const notified = found.filter((one) => isNotifiedNow(one, oddsOf(one, after), before));
  const marked = markNotified(before, after, notified, []);
  return [marked, ongoing(marked, []).length > 0];
}

/** Runs until it is over. */
function runsToEnd(before: Watching, upstreamAt: (n: number) => string | undefined = () => undefined): number {
  let [watching, goesOn] = [before, true];
  let runs = 0;
  for (; goesOn && runs < 1000; runs += 1) [watching, goesOn] = stepped(watching, false, upstreamAt(runs));
  return runs;
}

test.each([0.1, 0.2, 0.5, 0.9])("a break by chance in %d of replies seldom seems over while it lasts", (share) => {
  const random = seededRandom(11);
  const of = 120;
  let ended = 0;
  for (let n = 0; n < of; n += 1) {
    let watching = startWatching;
    let goodInARow = 0;
    let wasOpen = false;
    for (let run = 0; run < 300 && goodInARow < 2; run += 1) {
      const [next, goesOn] = stepped(watching, random() < share);
      watching = next;
      wasOpen ||= goesOn;
      goodInARow = wasOpen && !goesOn ? goodInARow + 1 : 0;
    }
    if (goodInARow === 2) ended += 1;
  }
  expect(ended / of).toBeLessThan(0.07);
});

test("after a break of all replies a good one is good, and the next are asked for at once until it is over", async () => {
  let isBroken = false;
  const broken = without("$.choices.0.message.role");
  const player = playReplies(() => (isBroken ? broken : healthy));
  for (let n = 0; n < 31; n += 1) await player.run();
  const told = async (runs: number): Promise<string[]> => {
    const said: string[] = [];
    for (let n = 0; n < runs; n += 1) {
      const { report, alerts } = await player.run();
      const events = alerts.filter(({ kind }) => kind === "contract").map(({ event }) => ` ${event}`);
      said.push(`${report.verdict}${report.askAgainAtMs === undefined ? "" : ", asks again"}${events.join("")}`);
    }
    return said;
  };
  isBroken = true;
  expect(await told(3)).toEqual(["drift, asks again", "drift opened", "drift"]);
  isBroken = false;
  const waits = "ok, asks again";
  expect(await told(6)).toEqual([waits, waits, waits, waits, "ok", "ok resolved"]);
  isBroken = true;
  expect((await told(4)).join()).toContain("opened");
});

test("a break is over sooner the more certain its end is", () => {
  const after = (runs: readonly boolean[], upstreamOf?: (isOdd: boolean, n: number) => string): Watching =>
    runs.reduce((watching, isOdd, n) => stepped(watching, isOdd, upstreamOf?.(isOdd, n))[0], startWatching);
  const all = (n: number): boolean[] => Array.from({ length: n }, () => true);
  const tenth = Array.from({ length: 100 }, (_, n) => n % 10 === 9);
  expect([3, 12, 50].map((n) => runsToEnd(after(all(n))))).toEqual([5, 2, 1]);
  const byChance = runsToEnd(after(tenth));
  expect(byChance).toBeGreaterThan(90);
  expect(byChance).toBeLessThan(170);
  // Of one upstream alone: when that answers well a few times, it is over.
  const apart = after(tenth, (isOdd) => (isOdd ? "fp_b" : "fp_a"));
  expect(runsToEnd(apart, (n) => (n % 10 === 9 ? "fp_b" : "fp_a"))).toBe(20);
});
