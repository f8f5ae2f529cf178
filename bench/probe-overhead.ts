import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { Pool } from "undici";
import { createExchanger } from "../src/exchange/exchanger.ts";
import { createLoopGauge } from "../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../src/exchange/undici-attempt.ts";
import type { Probe } from "../src/probe/probe.ts";
import { runProbe } from "../src/run/run-probe.ts";
import { openQueues } from "../src/schedule/bullmq.ts";
import { systemClock } from "../src/std/clock.ts";
import { createRedactor } from "../src/std/redact.ts";
import { silentLog } from "../src/std/log.ts";
import { openPostgresPool } from "../src/store/pools/postgres.ts";
import { openStore } from "../src/store/store.ts";
import { probe as sample } from "../test/probe/samples.ts";
import { cpuOf, table } from "./measure.ts";
import { openReplyServer, openServers } from "./servers.ts";

/**
 * CPU of one probe: claim to commit on PostgreSQL, the same through BullMQ on Redis, beside a bare request with
 * JSON.parse of the same reply and, where Debian's package is installed, blackbox exporter's probe of the same server.
 */
const runs = 1000;
const atOnce = 10;

const servers = await openServers();
const replies = await openReplyServer();
const origin = `http://127.0.0.1:${replies.port}`;
const pool = await openPostgresPool(servers.databaseUrl, silentLog);
const queues = await openQueues({ kind: "redis", url: servers.redisUrl }, silentLog);
try {
  const store = await openStore(pool, Date.now(), 30);
  const attempts = createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "bench" });
  const exchanger = createExchanger({ attempt: attempts.attempt, clock: systemClock, random: Math.random, sleep });
  const tracer = new TracerProvider().getTracer("bench");
  const world = {
    clock: systemClock,
    random: Math.random,
    exchanger,
    runs: store,
    secret: () => "none",
    redact: createRedactor(["live-key-of-the-bench"]),
    log: silentLog,
    tracer,
  };
  const probes = Array.from({ length: atOnce }, (_, index): Probe => {
    const target = { ...sample.target, baseUrl: `${origin}/v1` };
    return { ...sample, id: `bench-${index}@eu`, cadence: { kind: "every", everyMs: 1000 }, target };
  });
  let slotMs = Date.now();
  const round = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += atOnce) {
      slotMs += 1;
      await Promise.all(probes.map((probe) => runProbe(world, probe, slotMs)));
    }
  };
  await round(300);
  const pipeline = await cpuOf(runs, () => round(runs));

  const bare = new Pool(origin, { connections: atOnce });
  const request = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += atOnce) {
      await Promise.all(
        probes.map(async () => {
          const { body } = await bare.request({ path: "/v1/chat/completions", method: "POST", body: "{}" });
          JSON.parse(await body.text());
        }),
      );
    }
  };
  await request(300);
  const undici = await cpuOf(runs, () => request(runs));
  await bare.close();

  let consumed = 0;
  const byId = new Map(probes.map((probe) => [probe.id, probe]));
  const worker = await queues.slots.work("eu", atOnce, async (job) => {
    const probe = byId.get(job.probeId);
    if (probe !== undefined) await runProbe(world, probe, job.slotMs);
    consumed += 1;
  });
  for (const [index, { id, location, cadence }] of probes.entries())
    await queues.slots.upsert({ id, location, cadence, offsetMs: index * 97 });
  await sleep(3000);
  consumed = 0;
  const queued = await cpuOf(1, () => sleep(15_000));
  const queuedCount = consumed;
  await worker.stop();
  await attempts.close();

  const blackbox = await blackboxCpu(origin);
  const row = (name: string, ms: number | undefined): string[] => [
    name,
    ms === undefined ? "not installed" : `${ms.toFixed(2)} ms`,
    ms === undefined ? "" : `${(ms / undici.perUnitMs).toFixed(1)} ×`,
  ];
  process.stdout.write(
    `CPU of one probe, ${runs} runs, ${atOnce} at once\n\n${table([
      ["", "CPU", "of bare undici"],
      row("bare undici + JSON.parse", undici.perUnitMs),
      row("claim to commit", pipeline.perUnitMs),
      row(`with queue and schedule (${queuedCount} runs)`, queued.perUnitMs / Math.max(1, queuedCount)),
      row("blackbox exporter", blackbox),
    ])}\n`,
  );
} finally {
  await queues.close();
  await pool.close();
  replies.close();
  await servers.stop();
}

/** CPU milliseconds of one probe of Debian's prometheus-blackbox-exporter; undefined where it is not installed. */
async function blackboxCpu(target: string): Promise<number | undefined> {
  const binary = "/usr/bin/prometheus-blackbox-exporter";
  if (!existsSync(binary)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "plumbline-bench-"));
  const config = join(folder, "blackbox.yml");
  writeFileSync(
    config,
    "modules:\n  chat:\n    prober: http\n    http: { method: POST, preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: [choices] }\n",
  );
  const child = spawn(binary, ["--config.file", config, "--web.listen-address", "127.0.0.1:19115"], {
    stdio: "ignore",
  });
  try {
    await sleep(1000);
    const url = `http://127.0.0.1:19115/probe?module=chat&target=${encodeURIComponent(`${target}/v1/chat/completions`)}`;
    const ask = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done += 1) await (await fetch(url)).text();
    };
    await ask(50);
    const before = cpuTicks(child.pid);
    await ask(500);
    return (
      ((cpuTicks(child.pid) - before) * 1000) / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" })) / 500
    );
  } finally {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function cpuTicks(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
