import { setTimeout as sleep } from "node:timers/promises";
import { openQueues } from "../src/schedule/bullmq.ts";
import { unitIntervalHash } from "../src/std/hash.ts";
import { silentLog } from "../src/std/log.ts";
import { quantile, table } from "./measure.ts";
import { openServers } from "./servers.ts";

/** How late slots start: 1,000 probes every 10 s on Redis, nothing done in them. */
const probes = 1000;
const everyMs = 10_000;
const measuredMs = 30_000;

const servers = await openServers();
const queues = await openQueues({ kind: "redis", url: servers.redisUrl }, silentLog);
try {
  const lateMs: number[] = [];
  let isMeasuring = false;
  const worker = await queues.slots.work("bench", 50, async ({ slotMs }) => {
    if (isMeasuring) lateMs.push(Date.now() - slotMs);
  });
  for (let index = 0; index < probes; index += 1) {
    const id = `bench-${index}`;
    await queues.slots.upsert({
      id,
      location: "bench",
      cadence: { kind: "every", everyMs },
      offsetMs: Math.floor(unitIntervalHash(id) * everyMs),
    });
  }
  await sleep(everyMs + 2000);
  isMeasuring = true;
  await sleep(measuredMs);
  await worker.stop();
  process.stdout.write(
    `Lateness of starts, ${probes} probes every ${everyMs / 1000} s for ${measuredMs / 1000} s, Redis with hz 100\n\n${table(
      [
        ["starts", "expected", "p50", "p90", "p99", "largest"],
        [
          `${lateMs.length}`,
          `${(probes * measuredMs) / everyMs}`,
          ...[0.5, 0.9, 0.99, 1].map((q) => `${quantile(lateMs, q)} ms`),
        ],
      ],
    )}\n`,
  );
} finally {
  await queues.close();
  await servers.stop();
}
