import { appendFileSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import pg from "pg";
import type { Probe } from "../src/probe/probe.ts";
import { plan } from "../src/schedule/plan.ts";
import { forgeJobs } from "./forge.ts";
import type { Member } from "./processes.ts";
import type { Provider } from "./provider.ts";
import type { StoreServer } from "./stores.ts";

export interface DrillStores {
  readonly postgres: StoreServer;
  readonly redis: StoreServer;
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

/** Everything that a fault may break. */
export interface Stage {
  readonly members: readonly Member[];
  /** undefined in the embedded mode, where none of the faults on them is played. */
  readonly stores: DrillStores | undefined;
  readonly provider: Provider;
  readonly targets: readonly string[];
  readonly probes: readonly Probe[];
  /** Where the stores keep their data. */
  readonly folder: string;
  random(): number;
}

/** After a fault, requests must be sent again within this. */
export const usualRecoveryMs = 15_000;

export interface Fault {
  readonly name: string;
  readonly summary: string;
  /** After this long requests must be sent again, in milliseconds; 15 s when left out. */
  readonly recoveryMs?: number;
  /** Where it can be played; on the processes and stores of production when left out. */
  readonly on?: "embedded" | "both";
  /** Why this machine can't have it; undefined when it can. */
  readonly obstacle?: () => string | undefined;
  /** Plays the fault and puts everything right again. Resolves to what was broken, for the log. */
  play(stage: Stage): Promise<string>;
}

const pick = <T>(stage: Stage, from: readonly T[]): T => {
  const one = from[Math.floor(stage.random() * from.length)];
  if (one === undefined) throw new Error("nothing to pick from");
  return one;
};
const member = (stage: Stage, role?: string): Member =>
  pick(
    stage,
    stage.members.filter((it) => role === undefined || it.role === role),
  );
const between = (stage: Stage, fromMs: number, toMs: number): number => fromMs + stage.random() * (toMs - fromMs);

function storesOf({ stores }: Stage): DrillStores {
  if (stores === undefined) throw new Error("the embedded mode has no servers");
  return stores;
}

function kill(role: string): Fault {
  return {
    name: `kill-${role}`,
    summary: `kill -9 of one ${role}`,
    play(stage) {
      const victim = member(stage, role);
      victim.kill();
      return Promise.resolve(victim.name);
    },
  };
}

const longestCutMs = 20_000;

function link(name: string, summary: string, store: "postgres" | "redis", how: "silent" | "refused"): Fault {
  return {
    name,
    summary,
    // The only scheduler adds no slots while it is cut off.
    recoveryMs: longestCutMs + usualRecoveryMs,
    async play(stage) {
      const victim = member(stage);
      victim.links?.[store].set(how);
      await sleep(between(stage, 5_000, longestCutMs));
      victim.links?.[store].set("open");
      return victim.name;
    },
  };
}

const downMs = 20_000;
/** Processes need a while to start on a machine that is busy. */
const startMs = 40_000;
const longestLifeMs = 12_000;
/** A full disk has to be small, so that nobody else's is filled. */
const mostDiskBytes = 1e9;
const fillBytes = 65_536;

/** Every fault by name. A new one is a row here. */
export const faults: readonly Fault[] = [
  kill("worker"),
  kill("scheduler"),
  kill("notifier"),
  kill("web"),
  {
    name: "all-down",
    summary: "kill -9 of every process at once; nothing runs for 20 s",
    recoveryMs: downMs + startMs,
    on: "both",
    async play(stage) {
      for (const victim of stage.members) victim.kill(downMs);
      await sleep(downMs);
      return "all processes";
    },
  },
  {
    name: "kill-all-in-one",
    summary: "kill -9 of the one process of the embedded mode, three times at random instants",
    recoveryMs: 3 * longestLifeMs + startMs,
    on: "embedded",
    async play(stage) {
      for (let times = 0; times < 3; times += 1) {
        member(stage).kill();
        await sleep(between(stage, 1_000, longestLifeMs));
      }
      return "the process";
    },
  },
  {
    name: "freeze-worker",
    summary: "SIGSTOP of one worker for up to 20 s, then SIGCONT",
    async play(stage) {
      const victim = member(stage, "worker");
      victim.signal("SIGSTOP");
      await sleep(between(stage, 5_000, 20_000));
      victim.signal("SIGCONT");
      return victim.name;
    },
  },
  link("silent-postgres", "one process's connections to PostgreSQL go silent", "postgres", "silent"),
  link("refused-postgres", "one process is refused by PostgreSQL", "postgres", "refused"),
  link("silent-redis", "one process's connections to Redis go silent", "redis", "silent"),
  link("refused-redis", "one process is refused by Redis", "redis", "refused"),
  {
    name: "reset-connections",
    summary: "every connection of one process is reset at the same instant",
    play(stage) {
      const victim = member(stage);
      victim.links?.postgres.reset();
      victim.links?.redis.reset();
      return Promise.resolve(victim.name);
    },
  },
  {
    name: "terminate-backends",
    summary: "pg_terminate_backend of every connection, five times at random instants",
    async play(stage) {
      const client = new pg.Client({ connectionString: storesOf(stage).databaseUrl });
      await client.connect();
      for (let times = 0; times < 5; times += 1) {
        await client.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()",
        );
        await sleep(between(stage, 50, 1_500));
      }
      await client.end();
      return "all processes";
    },
  },
  {
    name: "restart-postgres",
    summary: "PostgreSQL is killed and started again",
    async play(stage) {
      await storesOf(stage).postgres.kill();
      await sleep(between(stage, 500, 5_000));
      await storesOf(stage).postgres.start();
      return "PostgreSQL";
    },
  },
  {
    name: "restart-redis",
    summary: "Redis is killed and started again",
    async play(stage) {
      await storesOf(stage).redis.kill();
      await sleep(between(stage, 500, 5_000));
      await storesOf(stage).redis.start();
      return "Redis";
    },
  },
  {
    name: "empty-redis",
    summary: "Redis loses all its data",
    async play(stage) {
      await withRedis(stage, (redis) => redis.flushall());
      return "Redis";
    },
  },
  {
    name: "readonly-redis",
    summary: "Redis takes no writes for a while (out of memory)",
    recoveryMs: 25_000,
    async play(stage) {
      await withRedis(stage, (redis) => redis.config("SET", "maxmemory", "1"));
      await sleep(between(stage, 3_000, 10_000));
      await withRedis(stage, (redis) => redis.config("SET", "maxmemory", "0"));
      return "Redis";
    },
  },
  {
    name: "forged-jobs",
    summary: "somebody writes to the queue: slots that are not due, and jobs under the names of coming ones",
    async play(stage) {
      const made = await withRedis(stage, (redis) => forgeJobs(redis, plan(stage.probes)));
      return `${made} jobs`;
    },
  },
  {
    name: "full-disk",
    summary: "the disk of the stores is full for up to 20 s",
    recoveryMs: 45_000,
    on: "both",
    obstacle: () =>
      sizeOf(tmpdir()) > mostDiskBytes
        ? "it fills the disk of the folder for temporary files, and does so only below 1 GB: set TMPDIR to a small one"
        : undefined,
    async play(stage) {
      const file = join(stage.folder, "fills-the-disk");
      try {
        for (;;) appendFileSync(file, Buffer.alloc(fillBytes));
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
      }
      await sleep(between(stage, 5_000, 20_000));
      rmSync(file);
      // Redis ends when it can't write its log, and PostgreSQL may.
      await stage.stores?.redis.revive();
      await stage.stores?.postgres.revive();
      return "the disk";
    },
  },
  {
    name: "target-down",
    summary: "one target answers 500 for a while: alerts must come and end",
    on: "both",
    async play(stage) {
      const target = pick(stage, stage.targets);
      stage.provider.setDown(target, true);
      await sleep(between(stage, 10_000, 15_000));
      stage.provider.setDown(target, false);
      return target;
    },
  },
];

function sizeOf(folder: string): number {
  const { blocks, bsize } = statfsSync(folder);
  return blocks * bsize;
}

async function withRedis<T>(stage: Stage, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(storesOf(stage).redisUrl, { maxRetriesPerRequest: 3 });
  redis.on("error", () => {});
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
