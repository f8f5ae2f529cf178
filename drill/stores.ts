import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { chownSync } from "node:fs";
import { join } from "node:path";
import { findBinaries } from "../test/setup/binaries.ts";
import { freePort, openPlace, reachable, unprivileged } from "../test/setup/servers.ts";

/** A server that the drill may kill and start again on the same data and port. */
export interface StoreServer {
  readonly port: number;
  /** Ends it without warning. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Starts it again if it has ended by itself, as whatever watches over it would. */
  revive(): Promise<void>;
}

export interface Stores {
  readonly folder: string;
  readonly postgres: StoreServer;
  readonly redis: StoreServer;
  close(): Promise<void>;
}

/** PostgreSQL and Redis of the drill's own, durable as in production: what they acknowledged survives a kill. */
export async function openStores(): Promise<Stores> {
  const binaries = findBinaries({ redis: true, postgres: true });
  const place = openPlace();
  const identity = process.getuid?.() === 0 ? unprivileged() : {};
  const [postgresPort, redisPort] = [await freePort(), await freePort()];
  const data = join(place.folder, "pg");
  if (identity.uid !== undefined) chownSync(place.folder, identity.uid, identity.gid ?? identity.uid);
  const initdb = ["-D", data, "-U", "plumbline", "-A", "trust", "-E", "UTF8", "-N"];
  const env = { ...process.env, LC_ALL: "C" };
  execFileSync(join(binaries.postgresDir, "initdb"), initdb, { stdio: "ignore", cwd: place.folder, env, ...identity });
  const postgres = server("postgres", postgresPort, "SIGQUIT", () =>
    place.start(
      join(binaries.postgresDir, "postgres"),
      ["-D", data, "-p", `${postgresPort}`, "-k", place.folder, "-h", "127.0.0.1", "-c", "max_connections=200"],
      identity,
    ),
  );
  const redisFlags = ["--port", `${redisPort}`, "--bind", "127.0.0.1", "--hz", "100", "--dir", place.folder];
  const redis = server("redis-server", redisPort, "SIGKILL", () =>
    place.start(
      binaries.redis,
      [
        ...redisFlags,
        "--save",
        "",
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--maxmemory-policy",
        "noeviction",
      ],
      {},
    ),
  );
  await Promise.all([postgres.start(), redis.start()]);
  return { folder: place.folder, postgres, redis, close: place.close };
}

function server(name: string, port: number, killSignal: NodeJS.Signals, spawnIt: () => ChildProcess): StoreServer {
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    child = spawnIt();
    await reachable(name, child, port);
  };
  return {
    port,
    start,
    async revive() {
      if (child?.exitCode !== null || child.signalCode !== null) await start();
    },
    async kill() {
      if (child === undefined || child.exitCode !== null) return;
      const ended = once(child, "exit");
      child.kill(killSignal);
      await ended;
    },
  };
}
