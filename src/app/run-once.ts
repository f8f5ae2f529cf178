import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { exitCodes, type Io, Refusal, wantsColour } from "../cli/io.ts";
import type { RunArguments } from "../cli/effects.ts";
import { closestTo } from "../config/closest.ts";
import type { Config } from "../config/config.ts";
import { reporters } from "../report/reporters.ts";
import { exitCodeOf } from "../report/run-outcome.ts";
import { runProbe } from "../run/run-probe.ts";
import type { RunReport } from "../run/run.ts";
import { createUnstoredRuns } from "../run/unstored-runs.ts";
import { silentLog } from "../std/log.ts";
import { startTelemetry } from "../telemetry/telemetry.ts";
import { loadOrExplain } from "./files.ts";
import { keepSecrets } from "./secrets.ts";
import { openWorld } from "./world.ts";

/** `run`: reports each probe that was named. */
export async function run(options: RunArguments, io: Io): Promise<number> {
  const { probes, failOn } = options;
  const config = loadOrExplain(options.config, io, ["worker"]);
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
  const reports = await runOnce({ ...config, probes: chosen }, io, options);
  for (const { reporter, file } of options.reports) {
    const colour = file === undefined && wantsColour(io);
    const { output } = reporters[reporter](reports, { colour, failOn });
    if (file === undefined) io.stdout.write(output);
    else writeReport(file, output);
  }
  return exitCodeOf(reports, failOn);
}

function writeReport(file: string, output: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, output);
  } catch (error) {
    throw new Refusal(`could not write the report ${file}: ${String(error)}`, exitCodes.usage);
  }
}

/** Runs each probe once, in memory, a few at a time: nothing is kept, nobody is notified. */
async function runOnce(config: Config, io: Io, { baselines, concurrency }: RunArguments): Promise<RunReport[]> {
  await using opened = new AsyncDisposableStack();
  const telemetry = opened.adopt(await startTelemetry(io.env), (it) => it.stop());
  const runs = createUnstoredRuns(baselines);
  const secrets = keepSecrets(io.env, [], ["worker"]);
  const world = opened.adopt(openWorld(runs, config, secrets, silentLog, telemetry), (it) => it.close());
  const reports: RunReport[] = [];
  const label = randomUUID().slice(0, 8);
  const waiting = [...config.probes.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, probe] = next;
      io.stderr.write(`run ${label}: ${probe.id} …\n`);
      reports[at] = await runProbe(world, { ...probe, receivers: [] }, Date.now());
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, waiting.length) }, work));
  return reports;
}
