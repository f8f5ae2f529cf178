import { randomUUID } from "node:crypto";
import { exitCodes, type Io, wantsColour } from "../cli/io.ts";
import type { RunArguments } from "../cli/effects.ts";
import { closestTo } from "../config/closest.ts";
import type { Config } from "../config/config.ts";
import { reporters } from "../report/reporters.ts";
import { runProbe } from "../run/run-probe.ts";
import type { RunReport } from "../run/run.ts";
import { createUnstoredRuns } from "../run/unstored-runs.ts";
import { silentLog } from "../std/log.ts";
import { startTelemetry } from "../telemetry/telemetry.ts";
import { loadOrExplain } from "./files.ts";
import { type Env, keepSecrets } from "./secrets.ts";
import { openWorld } from "./world.ts";

/** `run`: reports each probe that was named. */
export async function run({ config: file, probes, reporter }: RunArguments, io: Io): Promise<number> {
  const config = loadOrExplain(file, io, ["worker"]);
  if (config === undefined) return exitCodes.usage;
  const names = config.probes.map(({ name }) => name);
  const unknown = probes.filter((name) => !names.includes(name) && !config.probes.some(({ id }) => id === name));
  for (const name of unknown) {
    const closest = closestTo(name, names);
    const hint = closest === undefined ? `; known probes: ${names.join(", ")}` : `; did you mean ${closest}?`;
    io.stderr.write(`no probe is called ${name}${hint}\n`);
  }
  if (unknown.length > 0) return exitCodes.usage;
  const chosen = config.probes.filter(
    ({ name, id }) => probes.length === 0 || probes.includes(name) || probes.includes(id),
  );
  const reports = await runOnce({ ...config, probes: chosen }, io.env, (text) => io.stderr.write(text));
  const { output, exitCode } = reporters[reporter](reports, { colour: wantsColour(io) });
  io.stdout.write(output);
  return exitCode;
}

/** Runs each probe once, in memory: nothing is kept, nobody is notified. */
async function runOnce(config: Config, env: Env, progress: (text: string) => void): Promise<RunReport[]> {
  await using opened = new AsyncDisposableStack();
  const telemetry = opened.adopt(await startTelemetry(env), (it) => it.stop());
  const runs = createUnstoredRuns();
  const world = opened.adopt(openWorld(runs, config, keepSecrets(env, [], ["worker"]), silentLog, telemetry), (it) =>
    it.close(),
  );
  const reports: RunReport[] = [];
  const label = randomUUID().slice(0, 8);
  for (const probe of config.probes) {
    progress(`run ${label}: ${probe.id} …\n`);
    reports.push(await runProbe(world, { ...probe, receivers: [] }, Date.now()));
  }
  return reports;
}
