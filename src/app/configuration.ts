import { existsSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCodes, type Io } from "../cli/io.ts";
import { typedCommand } from "../cli/typed-command.ts";
import { renderProblems } from "../config/render.ts";
import { type StarterChoices, starterConfig } from "../config/starter/starter.ts";
import { forecast, neverRunning, renderForecast } from "../operate/forecast.ts";
import { plan } from "../schedule/plan.ts";
import { dueSlots } from "../schedule/slots.ts";
import { systemClock } from "../std/clock.ts";
import { loadConfigText, loadOrExplain } from "./files.ts";

const dayMs = 86_400_000;

export async function init(file: string, choose: () => Promise<StarterChoices>, io: Io): Promise<number> {
  const { stdout, stderr, env } = io;
  const command = typedCommand(env);
  if (existsSync(file)) {
    stderr.write(`${file} exists and was not changed. Name another file: ${command} init other.yaml\n`);
    return exitCodes.usage;
  }
  const schema = relative(dirname(resolve(file)), fileURLToPath(new URL("../../config/schema.json", import.meta.url)));
  const editors = `# yaml-language-server: $schema=${schema.split(sep).join("/")}\n`;
  const { text, variables } = starterConfig(await choose());
  const loaded = loadConfigText(file, editors + text, env, []);
  if ("problems" in loaded) {
    stderr.write(`${renderProblems(loaded.problems)}Nothing was written.\n`);
    return exitCodes.usage;
  }
  writeFileSync(file, editors + text, { flag: "wx" });
  const named = file === "plumbline.yaml" ? "" : ` --config ${file}`;
  const steps = [
    ...Object.entries(variables).map(([name, value]) => [`export ${name}=${value}`, ""]),
    [`${command} validate${named === "" ? "" : ` ${file}`}`, "what it will send and cost; sends nothing"],
    [`${command} run${named}`, "the first verdict: each probe once"],
    ...loaded.config.receivers.map(({ name }) => [`${command} alert test ${name}${named}`, "a test alert"]),
    [`${command} start${named}`, "watch; the dashboard is http://127.0.0.1:8080"],
  ];
  const width = Math.max(...steps.map(([typed = "", why]) => (why === "" ? 0 : typed.length)));
  const lines = steps.map(([typed = "", why]) =>
    why === "" ? `  ${typed}\n` : `  ${typed.padEnd(width)}  # ${why}\n`,
  );
  stdout.write(`wrote ${file}\n\nNext:\n${lines.join("")}`);
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
