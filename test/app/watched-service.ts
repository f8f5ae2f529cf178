import type { RequestListener } from "node:http";
import { Redis } from "ioredis";
import pg from "pg";
import { expect, vi } from "vitest";
import { type Env, keepSecrets, secretSources } from "../../src/app/secrets.ts";
import { openService } from "../../src/app/service.ts";
import { allRoles } from "../../src/config/roles.ts";
import { loadConfig } from "../../src/config/load.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { listen } from "./hostile-provider.ts";

/** All of OTLP that is exported from now on, as text; the service that is opened next sends it there. */
export async function collectTelemetry(opened: AsyncDisposableStack): Promise<readonly string[]> {
  const notified: string[] = [];
  const keep: RequestListener = (request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => void pieces.push(piece));
    request.on("end", () => {
      notified.push(Buffer.concat(pieces).toString("utf8"));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  };
  const collector = opened.use(await listen(keep));
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url);
  vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
  vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "100");
  return notified;
}

/** The whole service on PostgreSQL and Redis, with all that it logs, as it does when it is started. */
export async function startWatched(
  text: string,
  env: Env,
  scenarios: readonly string[],
  storage: { readonly databaseUrl: string; readonly redisUrl: string },
  concurrency = 4,
) {
  const loaded = loadConfig({ file: "test", text }, { ...secretSources(env), scenarios, checkSecrets: true });
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  const lines: string[] = [];
  const secrets = keepSecrets(env);
  const service = await openService(loaded.config, {
    env,
    secrets,
    storage: { kind: "production", ...storage },
    roles: allRoles,
    locations: [],
    concurrency,
    reconcileMs: 1000,
    listen: { host: "127.0.0.1", port: 0 },
    log: createLog({ write: (line) => void lines.push(line) }, "debug", secrets.redact),
  });
  return { service, lines, secrets };
}

/** Every row of every table, a table a line. */
export async function everyRow(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const tables = await client.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
  );
  const rows: string[] = [];
  for (const { name } of tables.rows) rows.push(JSON.stringify((await client.query(`SELECT * FROM ${name}`)).rows));
  await client.end();
  return rows.join("\n");
}

/** Every key of a Redis and what it holds. */
export async function everyKey(redisUrl: string): Promise<string> {
  const redis = new Redis(redisUrl);
  const dumps = await Promise.all(
    (await redis.keys("*")).map(async (name) => `${name} ${(await redis.dumpBuffer(name))?.toString("latin1") ?? ""}`),
  );
  redis.disconnect();
  return dumps.join("\n");
}

/** No sink has any of the texts. */
export function expectNone(texts: readonly string[], sinks: Readonly<Record<string, string>>): void {
  for (const [sink, written] of Object.entries(sinks)) {
    expect(
      texts.filter((it) => written.includes(it)),
      sink,
    ).toEqual([]);
  }
}

/** Every sink has been written to: one that is empty proves nothing. */
export function expectWritten(sinks: Readonly<Record<string, string>>): void {
  for (const [sink, written] of Object.entries(sinks)) expect(written.length, sink).toBeGreaterThan(500);
}
