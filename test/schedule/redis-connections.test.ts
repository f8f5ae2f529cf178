import { expect, test } from "vitest";
import { openQueues } from "../../src/schedule/bullmq.ts";
import { openRedisConnections } from "../../src/schedule/redis-connections.ts";
import { silentLog } from "../../src/std/log.ts";

const redis = (policy: string) => ({
  isOpen: true,
  on: () => {},
  info: async () => `used_memory:1\r\nmaxmemory_policy:${policy}\r\n`,
  time: async () => ["1795431819", "137500"],
  sadd: async () => 1,
  set: async () => "OK",
  smembers: async () => [],
  disconnect() {
    this.isOpen = false;
  },
});

test("a Redis that may throw jobs away is refused with the next step, and let go of", async () => {
  const evicting = redis("allkeys-lru");
  await expect(
    openRedisConnections(
      () => evicting,
      "p",
      () => {},
    ),
  ).rejects.toThrow("Redis may evict jobs: its maxmemory-policy is allkeys-lru. Set it to noeviction.");
  expect(evicting.isOpen).toBe(false);
});

test("every connection is closed by whoever opened it, those of stopped workers already", async () => {
  const made: ReturnType<typeof redis>[] = [];
  const retries: (number | null)[] = [];
  const connections = await openRedisConnections(
    ({ maxRetriesPerRequest }) => {
      retries.push(maxRetriesPerRequest);
      const one = redis("noeviction");
      made.push(one);
      return one;
    },
    "p",
    () => {},
  );
  expect(connections.forQueue()).toBe(connections.forQueue());
  const worker = connections.forWorker();
  connections.forWorker();
  expect(retries).toEqual([3, null, null]);
  connections.endWorker(worker);
  expect(made.map(({ isOpen }) => isOpen)).toEqual([true, false, true]);
  expect(await connections.clockMs()).toBe(1795431819137.5);
  await connections.close();
  expect(made.map(({ isOpen }) => isOpen)).toEqual([false, false, false]);
});

test("a Redis that is not there is said so, without its URL", async () => {
  const opening = openQueues({ kind: "redis", url: "redis://:a-password@127.0.0.1:1" }, silentLog);
  await expect(opening).rejects.toThrow(/^Redis can't be reached \(\w+\)\. Start it, or correct REDIS_URL\.$/);
});
