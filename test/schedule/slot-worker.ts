import { openQueues } from "../../src/schedule/bullmq.ts";
import { silentLog } from "../../src/std/log.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { openStore } from "../../src/store/store.ts";
import { claimOf } from "../store/samples.ts";

/**
 * A worker in a process of its own; says each slot that it gets. `hang` claims the first one and never ends it,
 * `die <slot>` is killed by that slot (`any`: by the first), `once` closes all after the first and should then exit.
 */
const [redisUrl = "", databaseUrl = "", mode = "", deadly = ""] = process.argv.slice(2);
const options = { lockMs: 2000, lockCheckMs: 500 };
const pool = await openPostgresPool(databaseUrl, silentLog);
const store = await openStore(pool, Date.now(), 30);
const queues = await openQueues({ kind: "redis", url: redisUrl }, silentLog, options);
const { promise: first, resolve: gotFirst } = Promise.withResolvers<void>();

const say = (line: string): Promise<void> =>
  new Promise((written) => process.stdout.write(`${line}\n`, () => written()));

await queues.slots.work("eu", 1, async ({ probeId, slotMs }) => {
  if (mode === "die" && deadly !== "any" && deadly !== `${slotMs}`) return;
  await say(`${slotMs}`);
  if (mode === "die") process.kill(process.pid, "SIGKILL");
  if (mode === "hang") {
    await store.claim(claimOf(probeId, slotMs));
    await say("claimed");
    await new Promise(() => {});
  }
  gotFirst();
});

if (mode === "once") {
  await first;
  await queues.close();
  await pool.close();
}
