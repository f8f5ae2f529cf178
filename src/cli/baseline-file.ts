import { type BaselineFile, baselineFile } from "../operate/baselines.ts";
import { parseJson } from "../std/json.ts";
import type { CliWorld } from "./effects.ts";

/** A file that `baseline export` wrote; undefined, after saying so, if it is none. */
export function readBaselineFile({ effects, io }: CliWorld, path: string): BaselineFile | undefined {
  const read = baselineFile.safeParse(parseJson(effects.readText(path) ?? ""));
  if (!read.success) io.stderr.write(`${path} is not a file that plumbline baseline export wrote\n`);
  return read.data;
}
