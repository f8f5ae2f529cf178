import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import pg from "pg";
import { table } from "./measure.ts";
import { openReplyServer, openServers } from "./servers.ts";

/**
 * What each process of production takes, and what a run leaves behind: 300 probes every 10 s on PostgreSQL and Redis, one
 * process for each role. `npm run build` and `dist/main.js` as argument measure what the image runs.
 */
const entry = process.argv[2] ?? "src/main.ts";
const probes = 300;
const everySeconds = 10;
const warmUpMs = 25_000;
const measuredMs = 60_000;
const roles = ["scheduler", "worker", "notifier", "web"] as const;

const folder = mkdtempSync(join(tmpdir(), "plumbline-size-"));
const [servers, replies] = await Promise.all([openServers(), openReplyServer()]);
const config = join(folder, "plumbline.yaml");
const rows = Array.from(
  { length: probes },
  (_, index) => `  - { name: p${index}, target: bed, scenario: valid-request, every: ${everySeconds}s }`,
);
writeFileSync(
  config,
  `targets:
  bed: { baseUrl: "http://127.0.0.1:${replies.port}/v1", model: bench-model, key: { env: BENCH_KEY } }
probes:
${rows.join("\n")}
`,
);
const children: ChildProcess[] = roles.map((role) =>
  spawn(
    process.execPath,
    [entry, "start", "--config", config, "--role", role, "--concurrency", "50", "--listen", "127.0.0.1:0"],
    {
      env: { DATABASE_URL: servers.databaseUrl, REDIS_URL: servers.redisUrl, BENCH_KEY: "sk-bench" },
      stdio: ["ignore", "ignore", "ignore"],
    },
  ),
);

/** Resident memory, its highest so far, and the processor's time, of a process of Linux. */
function sizeOf({ pid }: ChildProcess): { residentMb: number; highestMb: number; cpuMs: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(" ");
  return { residentMb: of("VmRSS"), highestMb: of("VmHWM"), cpuMs: (Number(stat[13]) + Number(stat[14])) * 10 };
}

const database = new pg.Client({ connectionString: servers.databaseUrl });
await database.connect();
const redis = new Redis(servers.redisUrl);
const kept = async (): Promise<{ runs: number; bytes: number }> => {
  const { rows: found } = await database.query<{ runs: number; bytes: string }>(
    `SELECT (SELECT count(*)::int FROM plumbline.runs) AS runs, sum(pg_total_relation_size(c.oid)) AS bytes
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'plumbline' AND c.relkind = 'r' AND c.relname LIKE 'runs%'`,
  );
  return { runs: found[0]?.runs ?? 0, bytes: Number(found[0]?.bytes ?? 0) };
};
try {
  await sleep(warmUpMs);
  const before = children.map(sizeOf);
  const first = await kept();
  await sleep(measuredMs);
  const after = children.map(sizeOf);
  const last = await kept();
  const memory = await redis.info("memory");
  const cells = roles.map((role, index) => {
    const [from, to] = [before[index], after[index]];
    const share = ((to?.cpuMs ?? 0) - (from?.cpuMs ?? 0)) / measuredMs;
    return [
      role,
      `${Math.round(to?.residentMb ?? 0)} MB`,
      `${Math.round(to?.highestMb ?? 0)} MB`,
      `${(share * 100).toFixed(1)} %`,
    ];
  });
  process.stdout.write(
    `${probes} probes every ${everySeconds} s, measured for ${measuredMs / 1000} s\n\n${table([
      ["process", "memory", "highest", "of a core"],
      ...cells,
    ])}\n\n${last.runs - first.runs} runs, ${Math.round((last.bytes - first.bytes) / (last.runs - first.runs))} bytes each in PostgreSQL\nRedis: ${/used_memory_human:(\S+)/.exec(memory)?.[1]}\n`,
  );
} finally {
  for (const child of children) child.kill();
  replies.close();
  redis.disconnect();
  await database.end();
  await servers.stop();
  rmSync(folder, { recursive: true, force: true });
}
