import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FinishedRun } from "../run/world.ts";
import type { Spool } from "../run/spool.ts";
import { hashOf } from "../std/hash.ts";
import type { Log } from "../std/log.ts";
import type { Env } from "./secrets.ts";

/** Workers wait with what they hold, so that there is never more than some runs for each of them. */
const mostRuns = 1_000;
const mostBytes = 1_000_000;

/** One file for each result, in a folder that belongs to this user and this installation alone. */
export function openSpool(env: Env, installation: string, log: Log): Spool {
  const uid = process.getuid?.() ?? "user";
  const folder = join(env["PLUMBLINE_SPOOL"] ?? join(tmpdir(), `plumbline-${uid}`), installation);
  const fileOf = (runId: string): string => join(folder, `${hashOf(runId)}.json`);
  const names = (): string[] => readdirSync(folder).filter((name) => name.endsWith(".json"));
  const unreadable = (error: unknown): [] => {
    log.warn("could not read the spool", { folder, reason: codeOf(error) });
    return [];
  };
  const readNamed = (name: string): readonly FinishedRun[] => {
    try {
      return readRun(join(folder, name)) ?? [];
    } catch (error) {
      return unreadable(error);
    }
  };
  return {
    keep(run) {
      try {
        openFolder(folder);
        const text = JSON.stringify(run);
        if (text.length > mostBytes || names().length >= mostRuns) return false;
        writeDurably(fileOf(run.runId), text);
        return true;
      } catch (error) {
        log.warn("could not write the spool", { folder, reason: codeOf(error) });
        return false;
      }
    },
    drop: (runId) => rmSync(fileOf(runId), { force: true }),
    kept() {
      try {
        openFolder(folder);
        return names().flatMap(readNamed);
      } catch (error) {
        return unreadable(error);
      }
    },
  };
}

/** Others could put results of their own into a folder that they have made. */
function openFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const each of [join(folder, ".."), folder]) {
    const { uid, mode } = lstatSync(each);
    const isOwn = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
    if (!isOwn) throw Object.assign(new Error("other users can write to the folder"), { code: "EPERM" });
  }
}

function writeDurably(file: string, text: string): void {
  const unfinished = `${file}.part`;
  try {
    // On a full disk a single write may stop in the middle without an error: this one writes all of it or throws.
    writeFileSync(unfinished, text, { mode: 0o600, flush: true });
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** A file that was damaged is deleted: nothing can be made of it. One that can't be read just now throws, and stays. */
function readRun(file: string): [FinishedRun] | undefined {
  const text = readFileSync(file, "utf8");
  try {
    const run = JSON.parse(text) as Partial<FinishedRun> | null;
    const isWhole = typeof run?.runId === "string" && typeof run.slotMs === "number" && Array.isArray(run.observations);
    if (isWhole) return [run as FinishedRun];
  } catch {
    // Deleted below.
  }
  rmSync(file, { force: true });
  return undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
