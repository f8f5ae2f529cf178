import { readFileSync } from "node:fs";
import type { Io } from "../cli/io.ts";
import { typedCommand } from "../cli/typed-command.ts";
import type { Config } from "../config/config.ts";
import type { LoadContext } from "../config/complaint.ts";
import { type Loaded, loadConfig } from "../config/load.ts";
import { renderProblems } from "../config/render.ts";
import { catalogue, scheduledOnly } from "../scenario/resolve.ts";
import { type Env, secretSources } from "./secrets.ts";

/** A configuration; undefined, after writing its problems to standard error, if it has any. */
export function loadOrExplain(
  file: string,
  { env, stderr }: Io,
  checkSecrets: LoadContext["checkSecrets"],
  more: Pick<LoadContext, "needsNoProbes"> = {},
): Config | undefined {
  const loaded = loadConfigFile(file, env, checkSecrets, more);
  if ("problems" in loaded) {
    stderr.write(renderProblems(loaded.problems));
    return undefined;
  }
  for (const notice of loaded.notices) stderr.write(`${notice}\n`);
  return loaded.config;
}

/** Reads and checks a configuration file; a file that cannot be read is a problem like any other. */
export function loadConfigFile(
  file: string,
  env: Env,
  checkSecrets: LoadContext["checkSecrets"],
  more: Pick<LoadContext, "needsNoProbes"> = {},
): Loaded {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const hint = `${typedCommand(env)} init writes one to begin with; --config names another`;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const got = code === "ENOENT" || code === "" ? "no readable file" : `a file that can't be read (${code})`;
    return { problems: [{ file, path: "", expected: "a configuration file", got, hint }] };
  }
  return loadConfigText(file, text, env, checkSecrets, more);
}

export function loadConfigText(
  file: string,
  text: string,
  env: Env,
  checkSecrets: LoadContext["checkSecrets"],
  more: Pick<LoadContext, "needsNoProbes"> = {},
): Loaded {
  const scenarios = [...catalogue, ...scheduledOnly].map(({ name }) => name);
  return loadConfig({ file, text }, { ...secretSources(env), scenarios, checkSecrets, ...more });
}
