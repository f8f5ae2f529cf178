import { existsSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCodes, type Io } from "../cli/io.ts";
import { starterConfig } from "../config/render.ts";
import { forecast, neverRunning, renderForecast } from "../operate/forecast.ts";
import { plan } from "../schedule/plan.ts";
import { dueSlots } from "../schedule/slots.ts";
import { systemClock } from "../std/clock.ts";
import { loadOrExplain } from "./files.ts";

const dayMs = 86_400_000;

export function init(file: string, { stdout, stderr, env }: Io): number {
  if (existsSync(file)) {
    stderr.write(`${file} exists and was not changed. Name another file: plumbline init other.yaml\n`);
    return exitCodes.usage;
  }
  const schema = relative(dirname(resolve(file)), fileURLToPath(new URL("../../config/schema.json", import.meta.url)));
  const editors = `# yaml-language-server: $schema=${schema.split(sep).join("/")}\n`;
  writeFileSync(file, editors + starterConfig, { flag: "wx" });
  // npm names its command to what it starts: somebody who typed npx has no plumbline on the path.
  const command = env["npm_command"] === "exec" ? "npx plumbline" : "plumbline";
  stdout.write(
    `wrote ${file}\n\nNext:\n  ${command} validate ${file}\n  export COMETAPI_KEY=…\n  ${command} run --config ${file}\n`,
  );
  return exitCodes.fine;
}

export function validate(file: string, json: boolean, io: Io): number {
  const config = loadOrExplain(file, io, []);
  if (config === undefined) return exitCodes.usage;
  const entries = new Map(plan(config.probes).map((entry) => [entry.id, entry]));
  const now = systemClock.nowMs();
  const days = forecast(config, ({ id, cadence }) => {
    if (cadence.kind === "every") return Math.ceil(dayMs / cadence.everyMs);
    const entry = entries.get(id);
    return entry === undefined ? 0 : dueSlots(entry, now, now + dayMs).length;
  });
  io.stdout.write(
    json ? `${JSON.stringify({ schema: 1, data: days })}\n` : `${file} is valid: ${renderForecast(days)}`,
  );
  for (const line of neverRunning(config)) io.stderr.write(`${line}\n`);
  return exitCodes.fine;
}
