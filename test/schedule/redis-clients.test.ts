import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openQueues } from "../../src/schedule/bullmq.ts";
import type { SlotJob } from "../../src/schedule/queue.ts";
import { silentLog } from "../../src/std/log.ts";
import { findBinaries } from "../setup/binaries.ts";
import { freePort, openPlace, type Place, reachable } from "../setup/servers.ts";
import { eventually } from "../setup/eventually.ts";

const binary = findBinaries({ redis: true, postgres: false }).redis;
const login = { auth: "a-password", sentinel: "another-password" };
let place: Place;

beforeAll(() => {
  place = openPlace();
});
afterAll(() => place.close());

async function serve(name: string, config: readonly string[], ...flags: readonly string[]): Promise<number> {
  return (await startServer(name, config, ...flags)).port;
}

/** A node of a cluster has a second port, 10000 further: below the ports that the system gives to others. */
async function lowPort(): Promise<number> {
  const port = 20_000 + ((await freePort()) % 12_000);
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
  return isFree ? port : lowPort();
}

async function startServer(name: string, config: readonly string[], ...flags: readonly string[]) {
  const port = await lowPort();
  const file = join(place.folder, `${name}.conf`);
  const common = [`port ${port}`, "bind 127.0.0.1", `dir ${place.folder}`, `pidfile ${file}.pid`];
  writeFileSync(file, `${[...common, ...config].join("\n")}\n`);
  const server = place.start(binary, [file, ...flags], {});
  await reachable(name, server, port);
  return { port, server };
}

async function onServer(port: number, ...command: readonly [string, ...string[]]): Promise<unknown> {
  const redis = new Redis(port, "127.0.0.1");
  try {
    return await redis.call(...command);
  } finally {
    redis.disconnect();
  }
}

/** A schedule is written, and its slots arrive: all that a queue is for. */
async function slotsArrive(access: { readonly url: string; readonly sentinelPassword?: string }): Promise<void> {
  const queues = await openQueues({ kind: "redis", ...access }, silentLog, { prefix: "{plumbline-clients}" });
  try {
    const taken: SlotJob[] = [];
    await queues.slots.work("default", 1, (slot) => Promise.resolve(void taken.push(slot)));
    const dueMs = Date.now() + 200;
    await queues.slots.addAll(
      [0, 1].map((later) => ({ probeId: "p@default", slotMs: dueMs + later })),
      "default",
    );
    await eventually(() => expect(taken.length).toBeGreaterThan(1));
    expect(taken[0]?.probeId).toBe("p@default");
    const beforeMs = Date.now();
    const queueMs = await queues.slots.clockMs();
    expect(queueMs).toBeGreaterThan(beforeMs - 5000);
    expect(queueMs).toBeLessThan(Date.now() + 5000);
    expect((await queues.depths(["default"])).map(({ queue }) => queue)).toContain("plumbline-slots-default");
  } finally {
    await queues.close();
  }
}

test("Sentinel: the master is asked for by its name, with a password for each", async () => {
  const master = await serve("master", ['save ""', `requirepass ${login.auth}`]);
  const sentinel = await serve(
    "sentinel",
    [
      `sentinel monitor plumb 127.0.0.1 ${master} 1`,
      `sentinel auth-pass plumb ${login.auth}`,
      `requirepass ${login.sentinel}`,
    ],
    "--sentinel",
  );
  const url = `redis+sentinel://:${login.auth}@127.0.0.1:${sentinel}/plumb`;
  await slotsArrive({ url, sentinelPassword: login.sentinel });
});

test(
  "Sentinel: when the master is killed, its replica takes over and slots come again",
  { timeout: 120_000 },
  async () => {
    const master = await startServer("first", ['save ""']);
    const replica = await serve("second", ['save ""', `replicaof 127.0.0.1 ${master.port}`]);
    const sentinel = await serve(
      "watching",
      [
        `sentinel monitor plumb 127.0.0.1 ${master.port} 1`,
        "sentinel down-after-milliseconds plumb 500",
        "sentinel failover-timeout plumb 2000",
      ],
      "--sentinel",
    );
    await eventually(async () =>
      expect(String(await onServer(sentinel, "SENTINEL", "REPLICAS", "plumb"))).toContain(`${replica}`),
    );
    await eventually(async () => expect(await onServer(replica, "INFO", "replication")).toContain("link_status:up"));
    const url = `redis+sentinel://127.0.0.1:${sentinel}/plumb`;
    const queues = await openQueues({ kind: "redis", url }, silentLog, { prefix: "{plumbline-failover}" });
    const taken: number[] = [];
    await queues.slots.work("default", 1, ({ slotMs }) => Promise.resolve(void taken.push(slotMs)));
    /** As ticks do: one that fails is followed by another. */
    const addAndCount = async (): Promise<number> => {
      await queues.slots.addAll([{ probeId: "p@default", slotMs: Date.now() }], "default").catch(() => {});
      return taken.length;
    };
    await eventually(async () => expect(await addAndCount()).toBeGreaterThan(0));
    master.server.kill("SIGKILL");
    await once(master.server, "exit");
    const before = taken.length;
    await eventually(async () => expect(await addAndCount()).toBeGreaterThan(before + 2));
    expect(new Set(taken).size).toBe(taken.length);
    await queues.close();
  },
);

test("Cluster: found by one of its nodes", async () => {
  const node = await serve("node", ['save ""', "cluster-enabled yes", "cluster-announce-ip 127.0.0.1"]);
  await onServer(node, "CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  await eventually(async () => expect(await onServer(node, "CLUSTER", "INFO")).toContain("cluster_state:ok"));
  await slotsArrive({ url: `redis+cluster://127.0.0.1:${node}` });
});

test("nobody there: it says so, and does not wait for ever", async () => {
  const urls = ["redis+sentinel://127.0.0.1:1/plumb", "redis+cluster://127.0.0.1:1"];
  const opening = await Promise.allSettled(urls.map((url) => openQueues({ kind: "redis", url }, silentLog)));
  for (const opened of opening) {
    expect(opened).toMatchObject({
      status: "rejected",
      reason: { message: expect.stringContaining("can't be reached") },
    });
  }
});
