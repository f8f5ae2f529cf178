import { randomUUID } from "node:crypto";
import type { Config } from "../config/config.ts";
import { runProbe } from "../run/run-probe.ts";
import type { RunReport } from "../run/run.ts";
import { silentLog } from "../std/log.ts";
import { openStore } from "../store/store.ts";
import { startTelemetry } from "../telemetry/telemetry.ts";
import { openPool } from "./storage.ts";
import { type Env, keepSecrets } from "./secrets.ts";
import { openWorld } from "./world.ts";

/** Runs each probe once, in memory: nothing is kept, nobody is alerted. */
export async function runOnce(config: Config, env: Env, progress: (text: string) => void): Promise<RunReport[]> {
  await using opened = new AsyncDisposableStack();
  const telemetry = opened.adopt(await startTelemetry(env), (it) => it.stop());
  const pool = opened.adopt(await openPool({ kind: "embedded", folder: undefined }, silentLog), (it) => it.close());
  const store = await openStore(pool, Date.now(), config.retentionDays);
  const world = opened.adopt(openWorld(store, config, keepSecrets(env), silentLog, telemetry), (it) => it.close());
  const reports: RunReport[] = [];
  const label = randomUUID().slice(0, 8);
  for (const probe of config.probes) {
    progress(`run ${label}: ${probe.id} …\n`);
    reports.push(await runProbe(world, { ...probe, receivers: [] }, Date.now()));
  }
  return reports;
}
