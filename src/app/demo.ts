import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Io, wantsColour } from "../cli/io.ts";
import type { Config } from "../config/config.ts";
import { renderProblems } from "../config/render.ts";
import { type DemoEnv, type DemoPlace, type DemoService, runDemo } from "../demo/demo.ts";
import { systemClock } from "../std/clock.ts";
import { silentLog } from "../std/log.ts";
import { seededRandom } from "../std/seeded-random.ts";
import { loadConfigFile } from "./files.ts";
import { keepSecrets } from "./secrets.ts";
import { allRoles } from "../config/roles.ts";
import { openService } from "./service.ts";

export interface DemoArguments {
  readonly once: boolean;
  /** Folder to keep; a temporary one when left out. */
  readonly data?: string | undefined;
  /** Open the dashboard in a browser. */
  readonly open?: boolean | undefined;
}

/** Runs the demo against the real service, with all roles in this process. */
export async function showDemo({ once, data, open }: DemoArguments, io: Io): Promise<number> {
  const { terminal: stdout, stderr } = io;
  const dataDir = data ?? mkdtempSync(join(tmpdir(), "plumbline-demo-"));
  const screen = {
    stdout,
    stderr,
    isTTY: stdout.isTTY === true,
    get columns() {
      return stdout.columns ?? 80;
    },
    colour: wantsColour(io),
    onSignal: (listener: () => void) => io.onSignal(listener),
  };
  const deps = {
    clock: systemClock,
    random: seededRandom(7),
    busyness: busyness(),
    sleep: (durationMs: number) => sleep(durationMs),
    dataDir,
    ...(data === undefined ? {} : demoPlace(data)),
    loadDemoConfig,
    openService: openDemoService,
    ...(open === true && { openBrowser }),
  };
  try {
    return await runDemo(screen, deps, { once });
  } finally {
    if (data === undefined) rmSync(dataDir, { recursive: true, force: true });
  }
}

async function loadDemoConfig(env: DemoEnv): Promise<Config> {
  const file = fileURLToPath(new URL("../../config/demo.yaml", import.meta.url));
  const loaded = loadConfigFile(file, env, allRoles);
  if ("problems" in loaded) throw new Error(renderProblems(loaded.problems));
  return loaded.config;
}

async function openDemoService(
  config: Config,
  { env, dataDir }: { readonly env: DemoEnv; readonly dataDir: string },
): Promise<DemoService> {
  const { overview, stop, url } = await openService(config, {
    env,
    secrets: keepSecrets(env),
    storage: { kind: "embedded", folder: dataDir },
    roles: allRoles,
    locations: [],
    concurrency: 10,
    reconcileMs: 5000,
    listen: { host: "127.0.0.1", port: 0 },
    log: silentLog,
  });
  return { overview, stop, webUrl: url };
}

/** With the program that the system has for it. Where there is none, the printed address serves. */
function openBrowser(url: string): void {
  const opener = { darwin: "open", win32: "explorer" }[process.platform as string] ?? "xdg-open";
  const child = spawn(opener, [url], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}

const placeSchema = z.object({ port: z.int().min(1).max(65_535), key: z.string().min(1) });

/** A demo on kept data continues the last one: its provider listens on the same port, with the same key. */
function demoPlace(folder: string): { place: DemoPlace | undefined; rememberPlace: (place: DemoPlace) => void } {
  const file = join(folder, "demo.json");
  return {
    place: readPlace(file),
    rememberPlace(place) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, JSON.stringify(place));
    },
  };
}

function readPlace(file: string): DemoPlace | undefined {
  try {
    return placeSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

const spinMs = 300;

/**
 * How long some work takes, over the CPU time that it gets: 1 on an idle machine, 5 where five programs share a core. A load
 * average covers the last minute, in which other work may have ended.
 */
function busyness(): number {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(before);
    if (user + system >= spinMs * 1000) return (performance.now() - startedMs) / spinMs;
  }
}
