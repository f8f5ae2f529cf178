import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { request } from "undici";
import { quantile, table } from "./measure.ts";
import { load, machine, record } from "./record.ts";
import { openReplyServer } from "./servers.ts";
import { cpuMs, memoryMb, startService } from "./service.ts";
import { openStores } from "./stores.ts";

/**
 * Ten thousand probes: memory, CPU, lateness, what the endpoints cost, and a reload.
 * `node bench/scale.ts [probes] [seconds] [seconds of warm-up]`
 */
const probes = Number(process.argv[2] ?? 10_000);
const measuredMs = Number(process.argv[3] ?? 120) * 1000;
const everyS = 300;
const warmUpS = Number(process.argv[4] ?? everyS + 20);

const stores = await openStores();
const replies = await openReplyServer();
const { database } = stores;
const one = async (text: string, values: readonly unknown[] = []): Promise<number> =>
  Number((await database.query<{ value: string }>(text, [...values])).rows[0]?.value);
const schedules = (): Promise<number> => one("SELECT count(*) AS value FROM plumbline.schedules").catch(() => 0);

/** When the condition holds, in seconds from now. */
async function secondsUntil(condition: () => Promise<boolean>): Promise<number> {
  const startMs = performance.now();
  while (!(await condition())) await sleep(50);
  return (performance.now() - startMs) / 1000;
}

/** The median of twenty answers over one connection, and the size of one. */
async function fetched(url: string): Promise<{ readonly ms: number; readonly bytes: number }> {
  const took: number[] = [];
  let bytes = 0;
  for (let time = 0; time < 20; time += 1) {
    const startMs = performance.now();
    bytes = (await (await request(url)).body.arrayBuffer()).byteLength;
    took.push(performance.now() - startMs);
    await sleep(100);
  }
  return { ms: quantile(took, 0.5), bytes };
}

try {
  const env = { DATABASE_URL: stores.databaseUrl, REDIS_URL: stores.redisUrl };
  const starting = startService({ probes, everyS, port: replies.port, concurrency: 50 }, env);
  await secondsUntil(() =>
    one("SELECT count(*) AS value FROM plumbline.kysely_migration").then(
      (found) => found > 0,
      () => false,
    ),
  );
  const schedulesS = await secondsUntil(async () => (await schedules()) === probes);
  const service = await starting;
  try {
    // Every probe has run, and no longer for the first time.
    await sleep(warmUpS * 1000);
    const cpu = (): number => cpuMs(service.pid) + cpuMs(stores.postgresPid, true) + cpuMs(stores.redisPid);
    const [beforeMs, startMs] = [cpu(), Date.now()];
    await sleep(measuredMs);
    const idlePercent = (100 * (cpu() - beforeMs)) / (Date.now() - startMs);
    const { rows } = await database.query<{ late: number }>(
      "SELECT extract(epoch FROM claimed_at - slot)::float8 * 1000 AS late FROM plumbline.runs WHERE state = 'done' AND slot >= $1",
      [new Date(startMs)],
    );
    const late = rows.map((row) => row.late);
    const { nowMb } = memoryMb(service.pid);
    const [ready, status, metrics] = [
      await fetched(`${service.url}/readyz`),
      await fetched(`${service.url}/api/v1/status`),
      await fetched(`${service.url}/metrics`),
    ];
    const xmin = await one("SELECT max(xmin::text::bigint) AS value FROM plumbline.schedules");
    writeFileSync(service.configFile, readFileSync(service.configFile, "utf8").replace("every: 300s", "every: 240s"));
    const reloadS = await secondsUntil(
      async () => (await one("SELECT count(*) AS value FROM plumbline.schedules WHERE every_ms = 240000")) > 0,
    );
    const touched = await one("SELECT count(*) AS value FROM plumbline.schedules WHERE xmin::text::bigint > $1", [
      xmin,
    ]);
    record("scale", {
      memoryMb: nowMb,
      idlePercent,
      schedulesS,
      lateManyMs: quantile(late, 0.99),
      readyMs: ready.ms,
      statusMs: status.ms,
      statusKb: status.bytes / 1000,
      metricsMb: metrics.bytes / 1e6,
      reloadTouched: touched,
    });
    process.stdout.write(
      `${probes} probes every ${everyS} s for ${measuredMs / 1000} s; ${machine()}, load ${load()}\n\n${table([
        ["what", "measured"],
        ["new schedules", `${schedulesS.toFixed(1)} s`],
        [
          "memory before and after the requests below",
          `${nowMb.toFixed(0)}, ${memoryMb(service.pid).nowMb.toFixed(0)} MB`,
        ],
        ["CPU of all processes", `${idlePercent.toFixed(1)} % of a core, ${late.length} runs`],
        ["lateness p50, p99", `${quantile(late, 0.5).toFixed(0)}, ${quantile(late, 0.99).toFixed(0)} ms`],
        ...Object.entries({ "/readyz": ready, "/api/v1/status": status, "/metrics": metrics }).map(
          ([path, { ms, bytes }]) => [path, `${ms.toFixed(1)} ms, ${(bytes / 1000).toFixed(0)} kB`],
        ),
        ["reload that changes one probe", `${reloadS.toFixed(1)} s, ${touched} schedules written`],
      ])}\n`,
    );
  } finally {
    await service.stop();
  }
} finally {
  replies.close();
  await stores.stop();
}
