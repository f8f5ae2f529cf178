import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { type BlackboxCpu, blackboxCpu } from "./blackbox.ts";
import { quantile, table } from "./measure.ts";
import { load, machine, record, type Values } from "./record.ts";
import { openReplyServer } from "./servers.ts";
import { cpuMs, startService } from "./service.ts";
import { openStores, type Stores } from "./stores.ts";

/**
 * The service as `plumbline start` runs it, on real stores, offered more and more runs until it can't follow. Counts only
 * runs that asked their target and were stored. `node bench/saturation.ts [redis|postgres|embedded] [rate,rate…] [seconds]`
 */
const [kind = "redis", rates = "10,100,200,400,1000", seconds = "20"] = process.argv.slice(2);
const measuredMs = Number(seconds) * 1000;
/** Code that has just been loaded costs twice as much. */
const warmUpMs = 60_000;
const everyS = 10;
/** A rate of which less is done says nothing of its cost. */
const sustained = 0.95;

interface Measured {
  readonly done: number;
  readonly lost: number;
  readonly lateMs: readonly number[];
  readonly walBytes: number;
}

interface Sweep {
  readonly rate: number;
  readonly perSecond: number;
  /** Of node, PostgreSQL and Redis, in milliseconds. */
  readonly cpuPerRun: readonly number[];
  readonly measured: Measured;
  readonly cells: string[];
}

const stores = await openStores();
const replies = await openReplyServer();
try {
  const rows: string[][] = [["offered/s", "done/s", "lost", "late p50 / p99", "node", "PostgreSQL", "Redis", "WAL"]];
  const sweeps: Sweep[] = [];
  for (const rate of rates.split(",").map(Number)) {
    const sweep = await sweepAt(rate);
    sweeps.push(sweep);
    rows.push(sweep.cells);
  }
  const bare = await bareCpuMs(2000);
  const blackbox = await blackboxCpu(`http://127.0.0.1:${replies.port}`);
  record("saturation", valuesOf(sweeps, blackbox));
  process.stdout.write(
    `Runs per second and CPU of one run: ${kind}, ${measuredMs / 1000} s for each rate, slots every ${everyS} s; ${machine()}, load ${load()}\n\n${table(rows)}\n\nbare undici, a new connection for each request: ${bare.toFixed(2)} ms; blackbox exporter, as fast as it can: ${blackbox?.saturatedMs.toFixed(2) ?? "–"} ms, at 100/s: ${blackbox?.pacedMs.toFixed(2) ?? "–"} ms\n`,
  );
} finally {
  replies.close();
  await stores.stop();
}

async function sweepAt(rate: number): Promise<Sweep> {
  await stores.clear();
  const env = {
    ...(kind !== "embedded" && { DATABASE_URL: stores.databaseUrl }),
    ...(kind === "redis" && { REDIS_URL: stores.redisUrl }),
  };
  const service = await startService({ probes: rate * everyS, everyS, port: replies.port, concurrency: 50 }, env);
  try {
    await sleep(warmUpMs);
    const cpu = () => [cpuMs(service.pid), cpuMs(stores.postgresPid, true), cpuMs(stores.redisPid)];
    const [before, startMs, served, wal] = [cpu(), Date.now(), await replies.served(), await walBytes(stores)];
    await sleep(measuredMs);
    const after = cpu();
    const wallS = (Date.now() - startMs) / 1000;
    const measured: Measured =
      kind === "embedded"
        ? { done: (await replies.served()) - served, lost: Number.NaN, lateMs: [], walBytes: 0 }
        : { ...(await runsSince(stores, startMs)), walBytes: (await walBytes(stores)) - wal };
    const cpuPerRun = after.map((ms, index) => (ms - (before[index] ?? 0)) / measured.done);
    const cells = [
      `${rate}`,
      (measured.done / wallS).toFixed(1),
      `${measured.lost}`,
      [0.5, 0.99].map((q) => quantile(measured.lateMs, q).toFixed(0)).join(" / "),
      ...cpuPerRun.map((ms) => `${ms.toFixed(2)} ms`),
      `${Math.round(measured.walBytes / measured.done)} B`,
    ];
    return { rate, perSecond: measured.done / wallS, cpuPerRun, measured, cells };
  } finally {
    await service.stop();
  }
}

const notInstalled: BlackboxCpu = { saturatedMs: Number.NaN, pacedMs: Number.NaN };

/** What the goals name: the best rate, and the CPU beside that of the blackbox exporter at the same pace. */
function valuesOf(sweeps: readonly Sweep[], blackbox = notInstalled): Values {
  const best = sweeps.toSorted((one, other) => other.perSecond - one.perSecond)[0];
  const most = sweeps.toSorted((one, other) => other.rate - one.rate)[0];
  if (best === undefined || most === undefined) return {};
  const perSecond = { [`${kind}PerSecond`]: best.perSecond };
  if (kind !== "redis") return perSecond;
  const all = ({ cpuPerRun }: Sweep): number => cpuPerRun.reduce((sum, ms) => sum + ms, 0);
  const usual = sweeps.find(({ rate, perSecond: done }) => rate === 100 && done > sustained * rate);
  return {
    ...perSecond,
    saturatedToBlackbox: all(best) / blackbox.saturatedMs,
    ...(most.rate >= 10 * best.perSecond && { overloadShare: most.perSecond / best.perSecond }),
    ...(usual !== undefined && {
      nodeToBlackbox: (usual.cpuPerRun[0] ?? Number.NaN) / blackbox.pacedMs,
      allToBlackbox: all(usual) / blackbox.pacedMs,
      lateBusyMs: quantile(usual.measured.lateMs, 0.99),
      walBytes: usual.measured.walBytes / usual.measured.done,
    }),
  };
}

async function walBytes({ database }: Stores): Promise<number> {
  const { rows } = await database.query<{ bytes: string }>("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn AS bytes");
  return Number(rows[0]?.bytes);
}

/** Runs that ended since then, and slots of that time that were not asked. */
async function runsSince({ database }: Stores, sinceMs: number): Promise<Omit<Measured, "walBytes">> {
  const since = new Date(sinceMs).toISOString();
  const { rows } = await database.query<{ state: string; late: number }>(
    `SELECT state, extract(epoch FROM claimed_at - slot)::float8 * 1000 AS late FROM plumbline.runs
     WHERE (state = 'done' AND requests > 0 AND ended_at >= $1) OR (state IN ('missed', 'skipped') AND slot >= $1)`,
    [since],
  );
  const done = rows.filter(({ state }) => state === "done");
  return { done: done.length, lost: rows.length - done.length, lateMs: done.map(({ late }) => late) };
}

/** CPU of a request without anything around it, in this process. */
async function bareCpuMs(count: number): Promise<number> {
  const ask = async (): Promise<void> => {
    const dispatcher = new Agent();
    const url = `http://127.0.0.1:${replies.port}/v1/chat/completions`;
    const { body } = await request(url, { method: "POST", body: "{}", dispatcher });
    JSON.parse(await body.text());
    await dispatcher.close();
  };
  for (let warm = 0; warm < 300; warm += 1) await ask();
  const start = cpuMs(process.pid);
  for (let done = 0; done < count; done += 10) await Promise.all(Array.from({ length: 10 }, ask));
  return (cpuMs(process.pid) - start) / count;
}
