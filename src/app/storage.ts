import { exitCodes, Refusal } from "../cli/io.ts";
import type { Log } from "../std/log.ts";
import { createRedactor } from "../std/redact.ts";
import { openQueues, type QueueOptions, type Queues } from "../schedule/bullmq.ts";
import { QueueUnreachable } from "../schedule/connections.ts";
import { redisAddressOf } from "../schedule/redis-address.ts";
import type { RedisTls } from "../schedule/redis-clients.ts";
import { openPglitePool } from "../store/pools/pglite.ts";
import type { StorePool } from "../store/pools/pool.ts";
import { openPostgresPool } from "../store/pools/postgres.ts";
import type { Store } from "../store/store.ts";
import { fileOf, variable } from "./variables.ts";

/** Where state lives. A folder of undefined is memory. */
export type StorageChoice =
  | { readonly kind: "embedded"; readonly folder: string | undefined }
  | { readonly kind: "postgres"; readonly databaseUrl: string }
  | {
      readonly kind: "production";
      readonly databaseUrl: string;
      readonly redisUrl: string;
      readonly redisTls?: RedisTls;
      readonly sentinelPassword?: string;
    };

const usualFolder = ".plumbline/data";

/**
 * By two environment variables, or the files that they name with `_FILE`. `REDIS_URL` alone is refused: a queue cannot
 * hold results.
 */
export function chooseStorage(
  env: Readonly<Record<string, string | undefined>>,
): StorageChoice | { readonly kind: "refused"; readonly reason: string } {
  const databaseUrl = variable(env, "DATABASE_URL");
  const redisUrl = withPassword(variable(env, "REDIS_URL"), variable(env, "REDIS_PASSWORD"));
  if (redisUrl === "two passwords") {
    return { kind: "refused", reason: "REDIS_PASSWORD is set, and REDIS_URL has a password: remove one of them." };
  }
  if (databaseUrl === undefined) {
    if (redisUrl === undefined) return { kind: "embedded", folder: env["PLUMBLINE_DATA"] || usualFolder };
    const reason =
      "REDIS_URL is set but DATABASE_URL is not: Redis holds the queue only, runs and incidents need PostgreSQL. Set DATABASE_URL too, or unset REDIS_URL for the embedded store.";
    return { kind: "refused", reason };
  }
  if (redisUrl === undefined) return { kind: "postgres", databaseUrl };
  const address = redisAddressOf(redisUrl);
  if (address === undefined) return { kind: "refused", reason: noRedis };
  const tls = redisTlsOf(env);
  if (tls !== undefined && !address.isTls) {
    return { kind: "refused", reason: "REDIS_CA_FILE and the like need TLS: begin REDIS_URL with rediss." };
  }
  const sentinelPassword = variable(env, "REDIS_SENTINEL_PASSWORD");
  return {
    kind: "production",
    databaseUrl,
    redisUrl,
    ...(tls !== undefined && { redisTls: tls }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
  };
}

/** The password of its own goes where the address would have it. */
function withPassword(url: string | undefined, password: string | undefined): string | undefined {
  if (url === undefined || password === undefined) return url;
  const [, scheme = "", user = "", own, rest = ""] = /^([a-z+]+:\/\/)(?:([^:@/]*)(:[^@/]*)?@)?(.*)$/s.exec(url) ?? [];
  if (scheme === "") return url;
  return own === undefined ? `${scheme}${user}:${encodeURIComponent(password)}@${rest}` : "two passwords";
}

const noRedis =
  "REDIS_URL is no address of Redis: redis://:password@host:6379/0, redis+sentinel://:password@one:26379,two:26379/master/0 or redis+cluster://:password@one:6379,two:6379; rediss for TLS.";

function redisTlsOf(env: Readonly<Record<string, string | undefined>>): RedisTls | undefined {
  const [ca, cert, key] = ["REDIS_CA_FILE", "REDIS_CERT_FILE", "REDIS_KEY_FILE"].map((name) => fileOf(env, name));
  const given = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
  return Object.keys(given).length === 0 ? undefined : given;
}

/** What must not be shown: the addresses, and the passwords in them, as written and decoded. */
export function secretsOf(choice: StorageChoice): string[] {
  if (choice.kind === "embedded") return [];
  const { redisUrl, sentinelPassword } = choice.kind === "production" ? choice : {};
  const urls = [choice.databaseUrl, ...(redisUrl === undefined ? [] : [redisUrl])];
  const passwords = urls.flatMap((url) => {
    const [, password] = /^[^/]*:\/\/[^/@]*?:([^@/]+)@/.exec(url) ?? [];
    return password === undefined ? [] : [url, password, decoded(password)];
  });
  return [...passwords, ...(sentinelPassword === undefined ? [] : [sentinelPassword])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The store or the queue didn't answer. It may in a moment. */
export class Unreachable extends Refusal {}

/**
 * Rejects with a Refusal that says why, without a password: Unreachable if trying again may help. `purpose`: what holds
 * the embedded store meanwhile.
 */
export function openPool(choice: StorageChoice, log: Log, purpose?: string): Promise<StorePool> {
  const isEmbedded = choice.kind === "embedded";
  const opening = isEmbedded ? openPglitePool(choice.folder, { purpose }) : openPostgresPool(choice.databaseUrl, log);
  return opening.catch((error: unknown) => {
    const reason = `can't be opened: ${reasonOf(error)}`;
    if (isEmbedded) return refuse(choice, `the data folder ${choice.folder ?? ""} ${reason}`);
    const next = "Start it, or correct DATABASE_URL.";
    return refuse(choice, `the database of DATABASE_URL ${reason}. ${next}`, !isLoginRefused(error));
  });
}

export function openQueuesFor(
  choice: StorageChoice,
  { pool }: StorePool,
  log: Log,
  telemetry: QueueOptions["telemetry"],
  { installation, queueSecret: secret }: Pick<Store, "installation" | "queueSecret">,
): Promise<Queues> {
  const opening =
    choice.kind === "production"
      ? openQueues(redisOf(choice), log, {
          telemetry,
          secret,
          prefix: `{plumbline-${installation}}`,
        })
      : openQueues({ kind: "postgres", pool }, log, { telemetry, secret });
  return opening.catch((error: unknown) => refuse(choice, reasonOf(error), error instanceof QueueUnreachable));
}

function redisOf({ redisUrl: url, redisTls: tls, sentinelPassword }: Extract<StorageChoice, { kind: "production" }>) {
  return { kind: "redis", url, tls, sentinelPassword } as const;
}

function refuse(choice: StorageChoice, reason: string, mayComeBack = false): never {
  const Kind = mayComeBack ? Unreachable : Refusal;
  throw new Kind(createRedactor(secretsOf(choice))(reason), exitCodes.unhealthy);
}

/** PostgreSQL knows the user or the database by no such name, or wants another password (SQLSTATE 28 and 3D). */
function isLoginRefused(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(?:28|3D)/.test(String(error.code));
}

/**
 * Rejects with a Refusal when what the store has written can't be read any more (SQLSTATE XX001 and XX002). PostgreSQL's
 * message names blocks and relations, and no values.
 */
export function refuseDamaged<T>(choice: StorageChoice, opening: Promise<T>): Promise<T> {
  return opening.catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && /^XX00[12]$/.test(String(error.code)))) throw error;
    const next =
      choice.kind === "embedded"
        ? `Move ${choice.folder ?? "it"} away, and start with a copy from before or with an empty folder.`
        : "Restore a dump (docs/operate.md).";
    return refuse(choice, `the store is damaged: ${error.message}. ${next}`);
  });
}

/** A name with several addresses fails with an error for each, and no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join("; ");
  return error instanceof Error ? error.message : "unknown error";
}
