import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { comingAfter } from "../src/schedule/coming.ts";
import type { ScheduleEntry } from "../src/schedule/queue.ts";
import { dataOf, jobIdOf } from "../src/schedule/slot-of-job.ts";

/**
 * Jobs in BullMQ's own form: for slots off the schedule in the past, now and in the future, and under the names of slots
 * that are coming, so that these would find their place taken.
 */
export async function forgeJobs(redis: Redis, entries: readonly ScheduleEntry[]): Promise<number> {
  const nowMs = Date.now();
  let made = 0;
  for (const meta of await redis.keys("*slots*:meta")) {
    const queue = meta.slice(0, -":meta".length);
    for (const entry of entries.slice(0, 5)) {
      const coming = comingAfter([entry], nowMs + 3_000).takeUntil(nowMs + 20_000);
      const times = [nowMs + 1, nowMs - 777, nowMs + 86_400_003, ...coming.map(({ slotMs }) => slotMs)];
      for (const slotMs of times) {
        const slots = [{ probeId: entry.id, slotMs }];
        const data = JSON.stringify(dataOf(slots));
        const job = { name: "slots", data, opts: "{}", timestamp: nowMs };
        for (const id of [jobIdOf(slots, "schedule", ""), jobIdOf(slots, "asked", ""), randomUUID()]) {
          await redis.hset(`${queue}:${id}`, new Map(Object.entries({ ...job, delay: 0, priority: 0 })));
          await redis.lpush(`${queue}:wait`, id);
          made += 1;
        }
      }
    }
    await redis.zadd(`${queue}:marker`, "0", "0");
  }
  return made;
}
