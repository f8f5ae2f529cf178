import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { incidentId } from "../../src/incident/incident.ts";
import * as baselines from "../../src/operate/baselines.ts";
import * as deliveries from "../../src/operate/deliveries.ts";
import * as digest from "../../src/operate/digest.ts";
import * as incidents from "../../src/operate/incidents.ts";
import type { Operation } from "../../src/operate/operation.ts";
import { createOperations } from "../../src/operate/operations.ts";
import * as plans from "../../src/operate/plans.ts";
import * as probes from "../../src/operate/probes.ts";
import * as silences from "../../src/operate/silences.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore } from "../../src/store/store.ts";
import { createGate } from "../../src/web/access.ts";
import { createWeb } from "../../src/web/serve.ts";
import { probe as sample } from "../probe/samples.ts";
import { completion, fakeExchanger, ok } from "../run/fake-exchanger.ts";
import { quietWorld } from "../run/quiet-world.ts";
import { openStorePool } from "../setup/databases.ts";
import { claimOf, finishOf, freshName, incidentOf, noonMs, openedFor } from "../store/samples.ts";

const rooms = [incidents, silences, deliveries, baselines, plans, probes, digest];
const isOperation = (value: unknown): value is Operation =>
  typeof value === "object" && value !== null && "method" in value && "path" in value && "answer" in value;
const operations = rooms.flatMap((room) => Object.values(room).filter(isOperation));

let pool: StorePool;
/** A minute for each request, so that none is limited. */
let minutes = 0;
let web: ReturnType<typeof createWeb>;
/** Of things that exist, so that requests get as far as the store. */
let ids: readonly string[];

beforeAll(async () => {
  pool = await openStorePool();
  const store = await openStore(pool, noonMs, 30);
  let nowMs = noonMs;
  const exchanger = fakeExchanger(
    () => ok(completion()),
    () => 800,
  );
  const world = quietWorld(() => nowMs, { exchanger, runs: store });
  for (let run = 0; run < 35; run += 1) {
    await runProbe(world, sample, nowMs);
    nowMs += 60_000;
  }
  const incident = { ...incidentOf(freshName("fuzz"), noonMs), notifications: { lastNotifiedAtMs: noonMs } };
  const claim = claimOf(incident.probeId, noonMs);
  await store.claim(claim);
  await store.commit(finishOf(claim), () => openedFor(incident, ["pager"]));
  const operated = createOperations({
    store,
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    freshId: () => freshName("sil"),
    probes: [sample],
    enqueue: () => Promise.resolve(),
    receiversOf: () => ["pager"],
    nudge: () => {},
  });
  web = createWeb({
    overview: () => store.overview(noonMs),
    health: () => ({ live: true, ready: true, reasons: [], warnings: [] }),
    api: { operations: operated, gate: createGate([], true, () => (minutes += 60_000)) },
    observations: store,
  });
  const series = (await operated.baselines.list()).map(({ series: { id } }) => id);
  expect(series.length).toBeGreaterThan(0);
  ids = [incidentId(incident), sample.id, ...series];
}, 120_000);
afterAll(() => pool.close());

const numbers = fc.oneof(
  fc.constantFrom(1e300, -1e300, -1, 0, 0.5, 1, 2, 60_000, noonMs, 8.64e15, 8.64e15 + 1, 2 ** 31, 2 ** 53 - 1, 2 ** 63),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const strings = fc.oneof(
  fc.constantFrom(
    "",
    "a",
    "*",
    "\0",
    "a\0b",
    "\uD800",
    "__proto__",
    "constructor",
    "x".repeat(600),
    sample.target.name,
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
);

/** Mostly what the schema names, with values from its edges; now and then anything. */
function valuesOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: close(schema), weight: 12 }, { arbitrary: fc.jsonValue(), weight: 1 });
}

function close(schema: z.ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodObject) {
    const members = Object.entries(schema.shape as Record<string, z.ZodType>);
    const record = Object.fromEntries(members.map(([name, member]) => [name, valuesOf(member)]));
    const requiredKeys = members.filter(([, member]) => !member.isOptional()).map(([name]) => name);
    return fc.record(record, { requiredKeys });
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return close(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodNumber) return numbers;
  if (schema instanceof z.ZodString) return strings;
  return fc.oneof(numbers, strings, fc.jsonValue());
}

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

test.each(operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
  "%s answers every request, and never with 500",
  { timeout: 120_000 },
  async (_name, { method, path, query, body }) => {
    const request = fc.record({
      id: fc.oneof(
        fc.nat().map((index) => ids[index % ids.length] ?? ""),
        strings,
      ),
      query: query === undefined ? fc.constant({}) : (valuesOf(query) as fc.Arbitrary<object>),
      body: body === undefined ? fc.constant(undefined) : valuesOf(body),
    });
    await fc.assert(
      fc.asyncProperty(request, async (given) => {
        const search = new URLSearchParams(
          Object.entries(given.query ?? {}).map(([key, value]): [string, string] => [key, text(value)]),
        );
        const at = path.replace("{id}", encodeURIComponent(given.id.toWellFormed()) || "x");
        const reply = await web.request(`http://localhost/api/v1${at}?${search.toString()}`, {
          method,
          headers: { host: "localhost", "content-type": "application/json" },
          ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
        });
        expect([reply.status, await reply.text()]).toEqual([
          expect.toSatisfy((status) => status < 500 && status !== 429),
          expect.anything(),
        ]);
      }),
      { numRuns: Number(process.env["FUZZ_RUNS"] ?? 60) },
    );
  },
);

test("a body of 100,000 levels is refused", async () => {
  const body = `{"why":"x","file":{"learned":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`;
  const reply = await web.request(`http://localhost/api/v1/baselines/${ids[2]}/import`, {
    method: "POST",
    headers: { host: "localhost", "content-type": "application/json" },
    body,
  });
  expect([reply.status, await reply.json()]).toEqual([400, { error: "at most 64 levels of arrays and objects" }]);
});

const moments = [
  "2026-01-01T00:00:00Z",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59+14:00",
  "9999-12-31T24:00:00Z",
  "x",
];
test.each(moments.flatMap((from) => moments.map((until) => [from, until])))(
  "exports from %s until %s",
  async (from, until) => {
    const search = new URLSearchParams({ from: from ?? "", until: until ?? "" });
    const reply = await web.request(`http://localhost/api/v1/observations?${search.toString()}`, {
      headers: { host: "localhost" },
    });
    expect([200, 400]).toContain(reply.status);
    await reply.text();
  },
);
