import { Queue } from "bullmq";
import { Redis } from "ioredis";
import pg from "pg";
import { expect, test } from "vitest";
import { plan } from "../../src/schedule/plan.ts";
import { dataOf, jobIdOf } from "../../src/schedule/slot-of-job.ts";
import { nextSlot } from "../../src/schedule/slots.ts";
import { openTestbed } from "../../src/testbed/testbed.ts";
import { freshDatabase, freshRedis } from "../setup/databases.ts";
import { eventually } from "../setup/eventually.ts";
import { startWatched } from "./watched-service.ts";

const hourMs = 3_600_000;
const probeId = "hourly@forged";

test("forged jobs send nothing and leave no row; what a person asks for runs", async () => {
  await using opened = new AsyncDisposableStack();
  const database = opened.adopt(await freshDatabase(), (it) => it.drop());
  const server = opened.adopt(await freshRedis(), (it) => it.drop());
  const testbed = opened.adopt(await openTestbed({ pace: { minMs: 5, maxMs: 10 } }), (it) => it.close());
  const redis = opened.adopt(new Redis(server.url), (it) => it.disconnect());
  const text = `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY } }
probes:
  - { name: hourly, target: bed, scenario: valid-request, every: 1h, locations: [forged] }
`;
  const storage = { databaseUrl: database.url, redisUrl: server.url };
  const { service, lines } = await startWatched(text, { BED_KEY: testbed.key }, ["valid-request"], storage);
  opened.defer(() => service.stop());
  const meta = await eventually(async () => {
    const [found] = await redis.keys("*plumbline-slots-forged:meta");
    if (found === undefined) throw new Error("no queue yet");
    return found;
  });
  const queue = meta.slice(0, -":meta".length);
  const [entry] = plan([{ id: probeId, location: "forged", cadence: { kind: "every", everyMs: hourMs } } as never]);
  if (entry === undefined) throw new Error("no schedule");
  const comingMs = nextSlot(entry, Date.now()) + 24 * hourMs;
  const forge = async (slotMs: number, origin: "schedule" | "asked"): Promise<void> => {
    const slots = [{ probeId, slotMs }];
    const id = jobIdOf(slots, origin, "a guess");
    const job = {
      name: "slots",
      data: JSON.stringify(dataOf(slots)),
      opts: "{}",
      timestamp: "1",
      delay: "0",
      priority: "0",
    };
    await redis.hset(`${queue}:${id}`, new Map(Object.entries(job)));
    await redis.lpush(`${queue}:wait`, id);
    await redis.zadd(`${queue}:marker`, "0", "0");
  };
  const nowMs = Date.now();
  for (const slotMs of [nowMs, nowMs - 777, comingMs]) {
    await forge(slotMs, "schedule");
    await forge(slotMs, "asked");
  }
  const ignored = () =>
    lines
      .filter((line) => line.includes("ignored slot"))
      .flatMap((line) => /"reason":"([^"]+)"/.exec(line)?.[1] ?? [])
      .toSorted();
  await eventually(() =>
    expect(ignored()).toEqual([
      "not-asked-for",
      "not-asked-for",
      "not-due",
      "not-due",
      "not-on-schedule",
      "not-on-schedule",
    ]),
  );
  expect(testbed.requests()).toBe(0);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  opened.defer(() => client.end());
  expect((await client.query("SELECT FROM plumbline.runs")).rowCount).toBe(0);
  expect(await (await fetch(`${service.url}/metrics`)).text()).toMatch(
    /^plumbline_slots_refused_total\{[^}]*not-asked-for[^}]*\} 2$/m,
  );

  const reply = await fetch(`${service.url}/api/v1/probes/${encodeURIComponent(probeId)}/run`, {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  expect(reply.status).toBe(200);
  await eventually(async () => {
    expect((await client.query("SELECT state FROM plumbline.runs")).rows).toEqual([{ state: "done" }]);
  });
  expect(testbed.requests()).toBe(1);
});

test("forged jobs under the names of coming slots don't stand in the way of the slots", async () => {
  await using opened = new AsyncDisposableStack();
  const database = opened.adopt(await freshDatabase(), (it) => it.drop());
  const server = opened.adopt(await freshRedis(), (it) => it.drop());
  const testbed = opened.adopt(await openTestbed({ pace: { minMs: 5, maxMs: 10 } }), (it) => it.close());
  const redis = opened.adopt(new Redis(server.url), (it) => it.disconnect());
  const text = `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY } }
probes:
  - { name: often, target: bed, scenario: valid-request, every: 5s, locations: [forged] }
`;
  const storage = { databaseUrl: database.url, redisUrl: server.url };
  const { service } = await startWatched(text, { BED_KEY: testbed.key }, ["valid-request"], storage);
  opened.defer(() => service.stop());
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  opened.defer(() => client.end());
  const [meta = ""] = await eventually(async () => {
    const found = await redis.keys("*plumbline-slots-forged:meta");
    expect(found).toHaveLength(1);
    return found;
  });
  const queue = new Queue("plumbline-slots-forged", {
    connection: { url: server.url },
    prefix: meta.slice(0, -":plumbline-slots-forged:meta".length),
  });
  opened.defer(() => queue.close());
  const [entry] = plan([
    { id: "often@forged", location: "forged", cadence: { kind: "every", everyMs: 5_000 } } as never,
  ]);
  if (entry === undefined) throw new Error("no schedule");
  const coming: number[] = [];
  for (let slotMs = nextSlot(entry, Date.now() + 5_000); coming.length < 3; slotMs = nextSlot(entry, slotMs)) {
    coming.push(slotMs);
  }
  for (const slotMs of coming) {
    const slots = [{ probeId: "often@forged", slotMs }];
    const jobId = jobIdOf(slots, "schedule", "a guess");
    await queue.add("slots", dataOf(slots), { jobId, delay: hourMs });
  }
  await eventually(async () => {
    const { rows } = await client.query<{ slot: Date; late: string }>(
      "SELECT slot, extract(epoch FROM claimed_at - slot) * 1000 AS late FROM plumbline.runs WHERE state = 'done'",
    );
    const onTime = rows.filter(({ late }) => Number(late) < 4_000).map(({ slot }) => slot.getTime());
    expect(onTime).toEqual(expect.arrayContaining(coming));
  });
});
