import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import type { TestProject } from "vitest/node";
import { silentLog } from "../../src/std/log.ts";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { migrateStore } from "../../src/store/store.ts";
import { findBinaries } from "./binaries.ts";
import { createDatabase } from "./create-database.ts";

declare module "vitest" {
  interface ProvidedContext {
    redisUrl: string;
    databaseUrl: string;
    /** Name of a database with a new store, to copy. */
    storeTemplate: string;
    /** A data folder with a new store. */
    dataFolder: string;
    /** Path of a dump of its PGlite. */
    pgliteImage: string;
    /** Path of Prometheus' own checker; empty where it is not to be had. */
    promtool: string;
  }
}

/** Real servers for the whole run: given ones, or own instances on free ports in a temporary folder. */
export default async function setup(project: Pick<TestProject, "provide">): Promise<() => Promise<void>> {
  const given = { redis: process.env["TEST_REDIS_URL"], database: process.env["TEST_DATABASE_URL"] };
  const binaries = findBinaries({ redis: given.redis === undefined, postgres: given.database === undefined });
  const place = openPlace();
  try {
    const [redisUrl, databaseUrl] = await Promise.all([
      given.redis ?? startRedis(binaries.redis, place),
      given.database ?? startPostgres(binaries.postgresDir, place),
    ]);
    const dataFolder = await makeDataFolder(place);
    project.provide("dataFolder", dataFolder);
    project.provide("pgliteImage", await writePgliteImage(dataFolder, place));
    project.provide("redisUrl", redisUrl);
    project.provide("databaseUrl", databaseUrl);
    project.provide("storeTemplate", await makeStoreTemplate(databaseUrl));
    project.provide("promtool", binaries.promtool ?? "");
    return place.close;
  } catch (error) {
    await place.close();
    throw error;
  }
}

export interface Place {
  readonly folder: string;
  start(binary: string, flags: readonly string[], options: Identity): ChildProcess;
  /** Ends the servers and removes the folder. */
  close(): Promise<void>;
}

export interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

/** A temporary folder and the servers in it. A guard process clears both away when this process can't. */
export function openPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-test-"));
  const children: ChildProcess[] = [];
  const guard = spawn(process.execPath, [fileURLToPath(new URL("./guard.ts", import.meta.url)), folder], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.stdin.on("error", () => {});
  guard.unref();
  return {
    folder,
    start(binary, flags, identity) {
      const env = { ...process.env, LC_ALL: "C" };
      const child = spawn(binary, flags, { stdio: "ignore", cwd: folder, env, ...identity });
      children.push(child);
      if (child.pid !== undefined) guard.stdin.write(`${child.pid}\n`);
      return child;
    },
    async close() {
      await Promise.all(children.map(ended));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      guard.stdin.end();
    },
  };
}

async function startRedis(binary: string, place: Place): Promise<string> {
  const port = await freePort();
  const flags = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--hz", "100"];
  const server = place.start(binary, [...flags, "--maxmemory-policy", "noeviction", "--dir", place.folder], {});
  await reachable("redis-server", server, port);
  return `redis://127.0.0.1:${port}`;
}

async function makeDataFolder(place: Place): Promise<string> {
  const folder = join(place.folder, "data");
  const pool = await openPglitePool(folder);
  await migrateStore(pool);
  await pool.close();
  return folder;
}

/** Copying it costs less than to migrate an empty database once more for each test file. */
async function makeStoreTemplate(databaseUrl: string): Promise<string> {
  const { name, url } = await createDatabase(databaseUrl);
  const pool = await openPostgresPool(url, silentLog);
  await migrateStore(pool);
  await pool.close();
  return name;
}

async function writePgliteImage(dataFolder: string, place: Place): Promise<string> {
  const file = join(place.folder, "pglite.tar");
  const pglite = await PGlite.create(join(dataFolder, "pg"));
  const image = await pglite.dumpDataDir("none");
  await pglite.close();
  writeFileSync(file, Buffer.from(await image.arrayBuffer()));
  return file;
}

/** PostgreSQL refuses to run as root: then it runs as the user Debian made for it, or nobody. */
async function startPostgres(binDir: string, place: Place): Promise<string> {
  const port = await freePort();
  const { folder } = place;
  const identity = process.getuid?.() === 0 ? unprivileged() : {};
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid ?? identity.uid);
  const data = join(folder, "pg");
  const initdb = ["-D", data, "-U", "plumbline", "-A", "trust", "-E", "UTF8", "-N"];
  const env = { ...process.env, LC_ALL: "C" };
  execFileSync(join(binDir, "initdb"), initdb, { stdio: ["ignore", "ignore", "pipe"], cwd: folder, env, ...identity });
  const settings = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200"];
  const flags = ["-D", data, "-p", `${port}`, "-k", folder, "-h", "127.0.0.1"];
  const postgres = join(binDir, "postgres");
  const server = place.start(postgres, [...flags, ...settings.flatMap((setting) => ["-c", setting])], identity);
  await reachable("postgres", server, port);
  return `postgres://plumbline@127.0.0.1:${port}/postgres`;
}

export function unprivileged(): Identity {
  for (const user of ["postgres", "nobody"]) {
    try {
      const id = (flag: string): number =>
        Number(execFileSync("id", [flag, user], { encoding: "utf8", stdio: "pipe" }));
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      // No such user here: the next one.
    }
  }
  throw new Error("PostgreSQL does not run as root, and there is neither a user postgres nor nobody to run it as.");
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

export async function reachable(name: string, server: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 2400 && server.exitCode === null; tries += 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await sleep(50);
  }
  const why = server.exitCode === null ? "within two minutes" : `and ended with code ${server.exitCode}`;
  throw new Error(`the tests' ${name} did not open port ${port} ${why}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
  await exit;
  clearTimeout(timer);
}
