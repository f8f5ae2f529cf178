import { readFileSync } from "node:fs";
import { exitCodes, Refusal } from "../cli/io.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * A variable's value; or, as secrets of Docker and Kubernetes are handed over, the text of the file that is named by the
 * variable with `_FILE` behind its name, without a final line break. Undefined when neither is set. A file that can't be
 * read, or both at once, is a Refusal.
 */
export function variable(env: Env, name: string): string | undefined {
  const value = set(env[name]);
  const file = set(env[`${name}_FILE`]);
  if (value !== undefined && file !== undefined) {
    throw new Refusal(`${name} and ${name}_FILE are both set: unset one of them.`, exitCodes.usage);
  }
  return file === undefined ? value : set(fileOf(env, `${name}_FILE`)?.replace(/\r?\n$/, ""));
}

/** The text of the file that a variable names; undefined when it is not set. A file that can't be read is a Refusal. */
export function fileOf(env: Env, name: string): string | undefined {
  const file = set(env[name]);
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new Refusal(`${name} names ${file}, which can't be read.`, exitCodes.usage);
  }
}

function set(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
