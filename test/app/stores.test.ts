import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { callService } from "../../src/app/call-service.ts";
import { chooseStorage, openPool, openQueuesFor, secretsOf, type StorageChoice } from "../../src/app/storage.ts";
import { variable } from "../../src/app/variables.ts";
import { Refusal } from "../../src/cli/io.ts";
import { silentLog } from "../../src/std/log.ts";
import { makeCertificates } from "../notify/certificates.ts";
import { freshDatabase } from "../setup/databases.ts";
import { answer, startReceiver } from "../notify/http-receiver.ts";
import { startTlsFront } from "./tls-front.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-stores-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("by file, as Docker and Kubernetes hand secrets over", () => {
  test("DATABASE_URL and REDIS_URL, without the line break at their end", () => {
    const env = {
      DATABASE_URL_FILE: file("database", "postgres://u:p@db/x\n"),
      REDIS_URL_FILE: file("redis", "redis://r:1\r\n"),
    };
    expect(chooseStorage(env)).toEqual({
      kind: "production",
      databaseUrl: "postgres://u:p@db/x",
      redisUrl: "redis://r:1",
    });
  });

  test("an empty file is as good as none; Redis alone is refused all the same", () => {
    expect(chooseStorage({ DATABASE_URL_FILE: file("empty", "\n") }).kind).toBe("embedded");
    expect(chooseStorage({ REDIS_URL_FILE: file("redis", "redis://r:1") }).kind).toBe("refused");
  });

  test("both at once, and a file that is not there, are refused by their names", () => {
    expect(() => variable({ DATABASE_URL: "postgres://x", DATABASE_URL_FILE: "/x" }, "DATABASE_URL")).toThrow(
      new Refusal("DATABASE_URL and DATABASE_URL_FILE are both set: unset one of them.", 2),
    );
    expect(() => chooseStorage({ DATABASE_URL_FILE: "/nowhere/db" })).toThrow(
      "DATABASE_URL_FILE names /nowhere/db, which can't be read.",
    );
  });

  test("the password of Redis can be a secret by itself, unless the address has one", () => {
    const given = (REDIS_URL: string): unknown =>
      chooseStorage({ DATABASE_URL: "postgres://db/x", REDIS_URL, REDIS_PASSWORD_FILE: file("password", "a/b@c\n") });
    expect(given("rediss://r:6380/0")).toMatchObject({ redisUrl: "rediss://:a%2Fb%40c@r:6380/0" });
    expect(given("redis+sentinel://me@one:1,two:2/main/0")).toMatchObject({
      redisUrl: "redis+sentinel://me:a%2Fb%40c@one:1,two:2/main/0",
    });
    expect(given("redis://:other@r:1")).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("remove one") as string,
    });
    expect(secretsOf(given("redis://r:1") as StorageChoice)).toEqual(expect.arrayContaining(["a/b@c", "a%2Fb%40c"]));
  });

  test("the token that commands ask with", async () => {
    await using http = await startReceiver(answer(200));
    const env = { PLUMBLINE_TOKEN_FILE: file("token", "a-token-from-a-file\n") };
    await callService(http.url, { method: "GET", path: "/status" }, env);
    expect(http.received.map(({ headers }) => headers["authorization"])).toEqual(["Bearer a-token-from-a-file"]);
  });
});

test("passwords of stores are known to the redactor, as they are written and as they are meant", () => {
  const choice: StorageChoice = {
    kind: "production",
    databaseUrl: "postgres://u:p%40ss-word@db/x",
    redisUrl: "redis://:other-pass@r:1",
  };
  expect(secretsOf(choice)).toEqual(expect.arrayContaining(["p%40ss-word", "p@ss-word", "other-pass"]));
  expect(secretsOf({ kind: "postgres", databaseUrl: "postgres://db/x" })).toEqual([]);
});

describe("TLS", () => {
  const { cert, key } = makeCertificates("localhost");
  const other = makeCertificates("localhost").cert;
  const ca = file("ca.pem", cert);
  const otherCa = file("other.pem", other);
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  const fronts: { postgres?: number; redis?: number } = {};
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    database = await freshDatabase();
    const front = async (url: string, asksFirst: boolean): Promise<number> => {
      const { port, close } = await startTlsFront({ port: Number(new URL(url).port), asksFirst }, { cert, key });
      closing.push(close);
      return port;
    };
    fronts.postgres = await front(database.url, true);
    fronts.redis = await front(inject("redisUrl"), false);
  });
  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
    await database.drop();
  });

  const databaseUrl = (query: string): string => {
    const url = new URL(database.url);
    return `postgres://${url.username}@localhost:${fronts.postgres}${url.pathname}?${query}`;
  };
  const redisUrl = (): string => `rediss://localhost:${fronts.redis}`;

  async function open(env: Record<string, string>): Promise<readonly unknown[]> {
    const storage = chooseStorage(env);
    if (storage.kind === "refused") throw new Error(storage.reason);
    const pool = await openPool(storage, silentLog);
    try {
      const queues = await openQueuesFor(storage, pool, silentLog, undefined, { installation: "tls", queueSecret: "" });
      try {
        const { rows } = await pool.pool.query("SELECT 1 AS one");
        return [rows[0]?.["one"], typeof (await queues.slots.clockMs())];
      } finally {
        await queues.close();
      }
    } finally {
      await pool.close();
    }
  }

  test("both stores, with an authority of their own in a file", async () => {
    const env = {
      DATABASE_URL: databaseUrl(`sslmode=verify-full&sslrootcert=${ca}`),
      REDIS_URL: redisUrl(),
      REDIS_CA_FILE: ca,
    };
    expect(await open(env)).toEqual([1, "number"]);
  });

  test.each([
    ["another authority", `sslmode=verify-full&sslrootcert=${otherCa}`],
    ["no authority of its own", "sslmode=verify-full"],
  ])("PostgreSQL with %s is not trusted", async (_what, query) => {
    await expect(open({ DATABASE_URL: databaseUrl(query) })).rejects.toThrow(/certificate/);
  });

  test.each([
    ["another authority", { REDIS_CA_FILE: otherCa }],
    ["no authority of its own", {}],
  ])("Redis with %s is not trusted", async (_what, env) => {
    const stores = { DATABASE_URL: database.url, REDIS_URL: redisUrl(), ...env };
    await expect(open(stores)).rejects.toThrow("Redis can't be reached");
  });

  test("an authority without TLS would be a wish that nothing heeds: it is refused", () => {
    const env = { DATABASE_URL: "postgres://x", REDIS_URL: "redis://r:1", REDIS_CA_FILE: ca };
    expect(chooseStorage(env)).toEqual({
      kind: "refused",
      reason: expect.stringContaining("begin REDIS_URL with rediss") as string,
    });
  });
});
