import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { table } from "./measure.ts";
import { load, machine, record } from "./record.ts";
import { openReplyServer } from "./servers.ts";
import { cpuMs, startService } from "./service.ts";
import { openStores } from "./stores.ts";

/**
 * What makes a run more expensive: days of history, TLS, OTLP export, a slow target. Each beside the plain case, on real
 * stores. `node bench/conditions.ts [runs per second] [seconds] [name,name…]`
 */
const [rate = "40", seconds = "25", names] = process.argv.slice(2);
const warmUpMs = 20_000;
const everyS = 10;
/** Enough for deep indexes and little enough to make. */
const runsOfDay = 2_000;

interface Condition {
  readonly name: string;
  readonly days?: number;
  readonly isTls?: boolean;
  readonly isExported?: boolean;
  readonly delayMs?: number;
}

interface Measured {
  readonly perSecond: number;
  readonly nodeMs: number;
  readonly postgresMs: number;
  readonly redisMs: number;
  readonly walBytes: number;
  readonly rowBytes: number;
}

const conditions: readonly Condition[] = [
  { name: "plain" },
  { name: "31-days", days: 31 },
  { name: "91-days", days: 91 },
  { name: "tls", isTls: true },
  { name: "otlp", isExported: true },
  { name: "slow", delayMs: 2_000 },
];

const stores = await openStores();
const { database } = stores;
const folder = mkdtempSync(join(tmpdir(), "plumbline-conditions-"));
const collector = spawn(process.execPath, ["-e", collectorProgram()], { stdio: ["ignore", "pipe", "inherit"] });
const [collectorPort] = (await once(collector.stdout, "data")) as [Buffer];
try {
  const chosen = conditions.filter(({ name }) => name === "plain" || names === undefined || names.includes(name));
  const measured = new Map<string, Measured>();
  for (const condition of chosen) measured.set(condition.name, await measuredWith(condition));
  const plain = measured.get("plain");
  const times = (name: string, key: "nodeMs" | "postgresMs"): number =>
    (measured.get(name)?.[key] ?? Number.NaN) / (plain?.[key] ?? Number.NaN);
  record("conditions", {
    nodeMs: plain?.nodeMs ?? Number.NaN,
    postgresMs: plain?.postgresMs ?? Number.NaN,
    redisMs: plain?.redisMs ?? Number.NaN,
    walBytes: plain?.walBytes ?? Number.NaN,
    storeBytes: plain?.rowBytes ?? Number.NaN,
    retained31: times("31-days", "postgresMs"),
    retained91: times("91-days", "postgresMs"),
    tlsTimes: times("tls", "nodeMs"),
    otlpTimes: times("otlp", "nodeMs"),
    slowTimes: times("slow", "nodeMs"),
  });
  const rows = [...measured].map(([name, { perSecond, nodeMs, postgresMs, redisMs, walBytes, rowBytes }]) => [
    name,
    perSecond.toFixed(1),
    ...[nodeMs, postgresMs, redisMs].map((ms) => `${ms.toFixed(2)} ms`),
    `${times(name, "nodeMs").toFixed(2)}, ${times(name, "postgresMs").toFixed(2)}`,
    `${Math.round(walBytes)} B`,
    `${Math.round(rowBytes)} B`,
  ]);
  const head = ["condition", "runs/s", "node", "PostgreSQL", "Redis", "÷ plain: node, PostgreSQL", "WAL", "row"];
  process.stdout.write(
    `CPU of one run, ${rate}/s offered for ${seconds} s; ${machine()}, load ${load()}\n\n${table([head, ...rows])}\n`,
  );
} finally {
  collector.kill();
  await stores.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function measuredWith({
  days = 0,
  isTls = false,
  isExported = false,
  delayMs = 0,
}: Condition): Promise<Measured> {
  await stores.clear();
  if (isTls) makeCertificate();
  const replies = await openReplyServer(`${delayMs}`, ...(isTls ? [folder] : []));
  const service = await startService(
    { probes: Number(rate) * everyS, everyS, port: replies.port, concurrency: 250, isTls },
    {
      DATABASE_URL: stores.databaseUrl,
      REDIS_URL: stores.redisUrl,
      ...(isTls && { NODE_EXTRA_CA_CERTS: join(folder, "cert.pem") }),
      ...(isExported && { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collectorPort.toString().trim()}` }),
    },
  );
  try {
    await sleep(warmUpMs / 2);
    if (days > 0) await makeHistory(days);
    // Each connection plans anew for partitions that have come.
    await sleep(warmUpMs);
    const cpu = () => [cpuMs(service.pid), cpuMs(stores.postgresPid, true), cpuMs(stores.redisPid)];
    const [before, startMs, wal] = [cpu(), Date.now(), await walBytes()];
    await sleep(Number(seconds) * 1000);
    const after = cpu();
    const wallS = (Date.now() - startMs) / 1000;
    const { rows } = await database.query<{ done: number; bytes: number }>(
      `SELECT count(*)::int AS done, avg(pg_column_size(r.*))::float8 AS bytes FROM plumbline.runs r
       WHERE state = 'done' AND requests > 0 AND ended_at >= $1`,
      [new Date(startMs)],
    );
    const { done = 0, bytes = Number.NaN } = rows[0] ?? {};
    const [nodeMs = 0, postgresMs = 0, redisMs = 0] = after.map((ms, index) => (ms - (before[index] ?? 0)) / done);
    const walOfRun = ((await walBytes()) - wal) / done;
    return { perSecond: done / wallS, nodeMs, postgresMs, redisMs, walBytes: walOfRun, rowBytes: bytes };
  } finally {
    await service.stop();
    replies.close();
  }
}

/** Real rows, copied back a day at a time. No trigger counts them, and no vacuum of them is counted. */
async function makeHistory(days: number): Promise<void> {
  await database.query(`CREATE TEMP TABLE history AS SELECT * FROM plumbline.runs WHERE state = 'done' LIMIT ${runsOfDay};
    SET session_replication_role = replica`);
  for (let day = 1; day <= days; day += 1) {
    const from = new Date(Date.now() - day * 86_400_000).toISOString().slice(0, 10);
    const to = new Date(Date.now() - (day - 1) * 86_400_000).toISOString().slice(0, 10);
    await database.query(`CREATE TABLE IF NOT EXISTS plumbline.runs_${from.replaceAll("-", "")} PARTITION OF plumbline.runs
        FOR VALUES FROM ('${from}T00:00:00Z') TO ('${to}T00:00:00Z') WITH (autovacuum_enabled = off);
      UPDATE history SET slot = slot - interval '1 day'; INSERT INTO plumbline.runs SELECT * FROM history`);
  }
  await database.query("RESET session_replication_role; DROP TABLE history; ANALYZE plumbline.runs");
}

async function walBytes(): Promise<number> {
  const { rows } = await database.query<{ bytes: string }>("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn AS bytes");
  return Number(rows[0]?.bytes);
}

function makeCertificate(): void {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const name = ["-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1"];
  const what = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
  execFileSync("openssl", [...what, "-keyout", key, "-out", cert, ...name], { stdio: "ignore" });
}

/** Takes whatever is exported, in a process of its own. */
function collectorProgram(): string {
  return `const server = require("node:http").createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
  }).listen(0, "127.0.0.1", () => console.log(server.address().port));`;
}
