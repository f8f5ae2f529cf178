import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { copiesOf, type Stage, stagesOf } from "./dockerfile.ts";

export const stages = stagesOf(readFileSync("Dockerfile", "utf8"));
export const final = stages.at(-1) as Stage;

/** The files of the image on this machine. */
export interface Tree {
  /** A folder for whatever else a test needs, readable to everybody. */
  readonly place: string;
  /** What the image has as /app. */
  readonly app: string;
  remove(): void;
}

/** Runs what a stage runs, where no container engine is at hand: the commands are read from the Dockerfile. */
function build(stage: Stage, folder: string): void {
  mkdirSync(folder);
  for (const { sources } of copiesOf(stage))
    for (const path of sources) cpSync(path, join(folder, path), { recursive: true });
  const options = { cwd: folder, stdio: ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"] };
  for (const line of stage.lines.filter((it) => it.startsWith("RUN "))) {
    // The build stage's packages are the project's own, installed by the same command from the same file.
    if (stage.name === "build" && line.startsWith("RUN npm ci")) {
      execFileSync("ln", ["-s", resolve("node_modules"), "node_modules"], options);
      continue;
    }
    execFileSync("sh", ["-ec", line.slice(4).replace("npm ci", "npm ci --prefer-offline")], options);
  }
}

/** Puts the image's files together as its Dockerfile says. */
export function assembleTree(): Tree {
  const place = mkdtempSync(join(tmpdir(), "plumbline-image-"));
  chmodSync(place, 0o755);
  const app = join(place, "app");
  mkdirSync(app);
  for (const stage of stages.slice(0, -1)) build(stage, join(place, stage.name));
  for (const { from, sources, target } of copiesOf(final)) {
    for (const path of sources) {
      const source = from === undefined ? path : join(place, from, path.replace(/^\/app\//, ""));
      const isFolder = target.endsWith("/");
      cpSync(source, isFolder ? join(app, target, path) : join(app, target), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
  }
  return { place, app, remove: () => rmSync(place, { recursive: true, force: true }) };
}
