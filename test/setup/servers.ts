import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestProject } from "vitest/node";
import { findBinaries } from "./binaries.ts";

declare module "vitest" {
  interface ProvidedContext {
    redisUrl: string;
    databaseUrl: string;
  }
}

/** Real servers for the whole run: given ones, or own instances on free ports in a temporary folder. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = { redis: process.env["TEST_REDIS_URL"], database: process.env["TEST_DATABASE_URL"] };
  const binaries = findBinaries({ redis: given.redis === undefined, postgres: given.database === undefined });
  const folder = mkdtempSync(join(tmpdir(), "plumbline-test-"));
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    process.off("exit", killAll);
    await Promise.all(children.map((child) => ended(child)));
    rmSync(folder, { recursive: true, force: true });
  };
  const killAll = (): void => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.on("exit", killAll);
  try {
    const [redisUrl, databaseUrl] = await Promise.all([
      given.redis ?? startRedis(binaries.redis, folder, children),
      given.database ?? startPostgres(binaries.postgresDir, folder, children),
    ]);
    project.provide("redisUrl", redisUrl);
    project.provide("databaseUrl", databaseUrl);
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startRedis(binary: string, folder: string, children: ChildProcess[]): Promise<string> {
  const port = await freePort();
  const options = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--hz", "100"];
  children.push(spawn(binary, [...options, "--maxmemory-policy", "noeviction", "--dir", folder], { stdio: "ignore" }));
  await reachable(port);
  return `redis://127.0.0.1:${port}`;
}

/** PostgreSQL refuses to run as root: then it runs as the user Debian made for it, or nobody. */
async function startPostgres(binDir: string, folder: string, children: ChildProcess[]): Promise<string> {
  const port = await freePort();
  const identity = process.getuid?.() === 0 ? unprivileged() : {};
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid ?? identity.uid);
  const data = join(folder, "pg");
  const env = { ...process.env, LC_ALL: "C" };
  execFileSync(join(binDir, "initdb"), ["-D", data, "-U", "plumbline", "-A", "trust", "-E", "UTF8", "-N"], {
    stdio: "ignore",
    cwd: folder,
    env,
    ...identity,
  });
  const settings = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200"];
  const flags = [
    "-D",
    data,
    "-p",
    `${port}`,
    "-k",
    folder,
    "-h",
    "127.0.0.1",
    ...settings.flatMap((setting) => ["-c", setting]),
  ];
  children.push(spawn(join(binDir, "postgres"), flags, { stdio: "ignore", cwd: folder, env, ...identity }));
  await reachable(port);
  const url = `postgres://plumbline@127.0.0.1:${port}/postgres`;
  return url;
}

function unprivileged(): { uid?: number; gid?: number } {
  for (const user of ["postgres", "nobody"]) {
    try {
      const id = (flag: string): number =>
        Number(execFileSync("id", [flag, user], { encoding: "utf8", stdio: "pipe" }));
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      // No such user here: the next one.
    }
  }
  return {};
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function reachable(port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await sleep(50);
  }
  throw new Error(`a test server did not open port ${port} within 15 s`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await exit;
  clearTimeout(timer);
}
