import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import pg from "pg";
import type { Member } from "./processes.ts";
import type { Provider } from "./provider.ts";
import type { StoreServer } from "./stores.ts";

/** Everything that a fault may break. */
export interface Stage {
  readonly members: readonly Member[];
  readonly postgres: StoreServer;
  readonly redis: StoreServer;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly provider: Provider;
  readonly targets: readonly string[];
  random(): number;
}

export interface Fault {
  readonly name: string;
  readonly summary: string;
  /** After this long requests must be sent again, in milliseconds; 15 s when left out. */
  readonly recoveryMs?: number;
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

function kill(role: string): Fault {
  return {
    name: `kill-${role}`,
    summary: `kill -9 of one ${role}`,
    play(stage) {
      const victim = member(stage, role);
      victim.signal("SIGKILL");
      return Promise.resolve(victim.name);
    },
  };
}

function link(name: string, summary: string, store: "postgres" | "redis", how: "silent" | "refused"): Fault {
  return {
    name,
    summary,
    async play(stage) {
      const victim = member(stage);
      victim.links[store].set(how);
      await sleep(between(stage, 5_000, 20_000));
      victim.links[store].set("open");
      return victim.name;
    },
  };
}

/** The scheduler looks every 30 s for schedules that are gone from the queue. */
const lostScheduleMs = 40_000;

/** Every fault by name. A new one is a row here. */
export const faults: readonly Fault[] = [
  kill("worker"),
  kill("scheduler"),
  kill("notifier"),
  kill("web"),
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
      victim.links.postgres.reset();
      victim.links.redis.reset();
      return Promise.resolve(victim.name);
    },
  },
  {
    name: "terminate-backends",
    summary: "pg_terminate_backend of every connection, five times at random instants",
    async play(stage) {
      const client = new pg.Client({ connectionString: stage.databaseUrl });
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
      await stage.postgres.kill();
      await sleep(between(stage, 500, 5_000));
      await stage.postgres.start();
      return "PostgreSQL";
    },
  },
  {
    name: "restart-redis",
    summary: "Redis is killed and started again",
    async play(stage) {
      await stage.redis.kill();
      await sleep(between(stage, 500, 5_000));
      await stage.redis.start();
      return "Redis";
    },
  },
  {
    name: "empty-redis",
    summary: "Redis loses all its data",
    recoveryMs: lostScheduleMs,
    async play(stage) {
      await withRedis(stage, (redis) => redis.flushall());
      return "Redis";
    },
  },
  {
    name: "readonly-redis",
    summary: "Redis takes no writes for a while (out of memory)",
    recoveryMs: lostScheduleMs,
    async play(stage) {
      await withRedis(stage, (redis) => redis.config("SET", "maxmemory", "1"));
      await sleep(between(stage, 3_000, 10_000));
      await withRedis(stage, (redis) => redis.config("SET", "maxmemory", "0"));
      return "Redis";
    },
  },
  {
    name: "forged-jobs",
    summary: "whoever can write to the queue asks for slots that are not on the schedule",
    async play(stage) {
      const made = await withRedis(stage, forgeJobs);
      return `${made} jobs`;
    },
  },
  {
    name: "target-down",
    summary: "one target answers 500 for a while: alerts must come and end",
    async play(stage) {
      const target = pick(stage, stage.targets);
      stage.provider.setDown(target, true);
      await sleep(between(stage, 10_000, 15_000));
      stage.provider.setDown(target, false);
      return target;
    },
  },
];

async function withRedis<T>(stage: Stage, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(stage.redisUrl, { maxRetriesPerRequest: 3 });
  redis.on("error", () => {});
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** Jobs in BullMQ's own form, for slots off the schedule: in the past, now, and in the future. */
async function forgeJobs(redis: Redis): Promise<number> {
  const waits = await redis.keys("*slots*:meta");
  let made = 0;
  for (const meta of waits) {
    const queue = meta.slice(0, -":meta".length);
    const schedulers = await redis.zrange(`${queue}:repeat`, "0", "4");
    for (const probeId of schedulers) {
      for (const slotMs of [Date.now() + 1, Date.now() - 777, Date.now() + 86_400_003]) {
        for (const id of [`repeat:${probeId}:${slotMs}`, `once|${probeId}|${slotMs}`, randomUUID()]) {
          const job = {
            name: "slot",
            data: JSON.stringify({ probeId }),
            opts: "{}",
            timestamp: Date.now(),
            delay: 0,
            priority: 0,
          };
          await redis.hset(`${queue}:${id}`, new Map(Object.entries(job)));
          await redis.lpush(`${queue}:wait`, id);
          await redis.zadd(`${queue}:marker`, "0", "0");
          made += 1;
        }
      }
    }
  }
  return made;
}
