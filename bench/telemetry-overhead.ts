import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { createExchanger } from "../src/exchange/exchanger.ts";
import { createLoopGauge } from "../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../src/exchange/undici-attempt.ts";
import type { Probe } from "../src/probe/probe.ts";
import { measureRun } from "../src/run/measure.ts";
import { runProbe } from "../src/run/run-probe.ts";
import { systemClock } from "../src/std/clock.ts";
import { silentLog } from "../src/std/log.ts";
import { createRedactor } from "../src/std/redact.ts";
import { openPostgresPool } from "../src/store/pools/postgres.ts";
import { openStore } from "../src/store/store.ts";
import { createLog } from "../src/telemetry/log.ts";
import { startTelemetry, type Telemetry } from "../src/telemetry/telemetry.ts";
import { probe as sample } from "../test/probe/samples.ts";
import { cpuOf, quantile, table } from "./measure.ts";
import { openReplyServer, openServers } from "./servers.ts";

/**
 * CPU of one probe, claim to commit on PostgreSQL, with traces, metrics and logs exported to a collector in another process,
 * against the same with nothing exported. Rounds alternate in one process, so that what warms up warms up for both; the
 * ratio is the median of the pairs.
 */
const pairs = 12;
const runsPerRound = 400;
const atOnce = 10;

const collector = spawn(
  process.execPath,
  [
    "-e",
    `const server = require("node:http").createServer((request, response) => {
       request.resume().on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
     }).listen(0, "127.0.0.1", () => console.log(server.address().port));`,
  ],
  { stdio: ["ignore", "pipe", "inherit"] },
);
const [notified] = (await once(collector.stdout, "data")) as [Buffer];
const servers = await openServers();
const replies = await openReplyServer();
const pool = await openPostgresPool(servers.databaseUrl, silentLog);

const off = await startTelemetry({});
process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = `http://127.0.0.1:${notified.toString().trim()}`;
process.env["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
process.env["OTEL_METRIC_EXPORT_TIMEOUT"] = "1000";
const on = await startTelemetry(process.env);
try {
  const store = await openStore(pool, Date.now(), 30);
  const attempts = createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "bench" });
  const exchanger = createExchanger({ attempt: attempts.attempt, clock: systemClock, random: Math.random, sleep });
  const redact = createRedactor(["live-key-of-the-bench"]);
  const written = { write: () => {} };
  const worldWith = ({ tracer, metrics }: Telemetry, isExported: boolean) => ({
    clock: systemClock,
    random: Math.random,
    exchanger,
    runs: store,
    secret: () => "none",
    redact,
    log: isExported ? createLog(written, "info", redact) : silentLog,
    tracer,
    metrics,
  });
  const target = { ...sample.target, baseUrl: `http://127.0.0.1:${replies.port}/v1` };
  const probes = Array.from({ length: atOnce }, (_, index): Probe => {
    return { ...sample, id: `bench-${index}@eu`, cadence: { kind: "every", everyMs: 1000 }, target };
  });
  let slotMs = 0;
  const round = async (telemetry: Telemetry): Promise<void> => {
    const world = worldWith(telemetry, telemetry === on);
    for (let done = 0; done < runsPerRound; done += atOnce) {
      slotMs = Math.max(slotMs + 1, Date.now());
      const reports = await Promise.all(probes.map((probe) => runProbe(world, probe, slotMs)));
      for (const report of reports) measureRun(telemetry.metrics, report, slotMs);
    }
    // What is exported later belongs to this round as well.
    await sleep(1500);
  };
  await round(off);
  await round(on);
  const figures: { off: number; on: number }[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const order = pair % 2 === 0 ? [off, on] : [on, off];
    const figure = { off: 0, on: 0 };
    for (const telemetry of order) {
      const { perUnitMs } = await cpuOf(runsPerRound, () => round(telemetry));
      figure[telemetry === on ? "on" : "off"] = perUnitMs;
    }
    figures.push(figure);
  }
  await attempts.close();
  const median = (values: readonly number[]): number => quantile(values, 0.5);
  const ratios = figures.map((it) => it.on / it.off);
  process.stdout.write(
    `CPU of one probe, ${pairs} pairs of ${runsPerRound} runs, ${atOnce} at once\n\n${table([
      ["", "CPU"],
      ["nothing exported", `${median(figures.map((it) => it.off)).toFixed(2)} ms`],
      ["traces, metrics and logs exported", `${median(figures.map((it) => it.on)).toFixed(2)} ms`],
      [
        "ratio",
        `${median(ratios).toFixed(2)} (${quantile(ratios, 0.1).toFixed(2)} to ${quantile(ratios, 0.9).toFixed(2)})`,
      ],
    ])}\n`,
  );
} finally {
  await Promise.all([on.stop(), off.stop()]);
  await pool.close();
  replies.close();
  await servers.stop();
  collector.kill();
}
