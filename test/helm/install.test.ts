import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLog } from "../../src/std/log.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { readSchemaState } from "../../src/store/store.ts";
import { freshDatabase } from "../setup/databases.ts";
import { type ApiServer, type Kept, openApiServer } from "./api-server.ts";
import { findHelms, type Helm } from "./helm.ts";
import { type Ended, ending, startPod } from "./pods.ts";

/** Does what a cluster would do with the Job. */
async function runJob(job: Kept, cluster: ApiServer): Promise<boolean> {
  const child = startPod(job, cluster, { folder: ".", entry: ["src/main.ts"] });
  return child !== undefined && (await ending(child)).code === 0;
}

describe.each(findHelms())("Helm $version installs into what talks like a cluster", (helm: Helm) => {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-install-"));
  let cluster: ApiServer;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let releases: Awaited<ReturnType<typeof freshDatabase>>;
  beforeAll(async () => {
    [cluster, database, releases] = await Promise.all([openApiServer(runJob), freshDatabase(), freshDatabase()]);
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "it", cluster: { server: cluster.url } }],
      users: [{ name: "me", user: {} }],
      contexts: [{ name: "now", context: { cluster: "it", user: "me" } }],
      "current-context": "now",
    };
    writeFileSync(join(folder, "kubeconfig"), JSON.stringify(config));
  });
  afterAll(async () => {
    await cluster.close();
    await Promise.all([database.drop(), releases.drop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** What Helm says, and what it had the cluster do meanwhile. */
  const notified = async (
    verb: "install" | "upgrade",
    values: object,
  ): Promise<Ended & { readonly acts: readonly string[] }> => {
    const before = cluster.acts.length;
    const driver = new URL(releases.url);
    driver.searchParams.set("sslmode", "disable");
    const env = {
      HOME: folder,
      KUBECONFIG: join(folder, "kubeconfig"),
      HELM_DRIVER: "sql",
      HELM_DRIVER_SQL_CONNECTION_STRING: driver.href,
    };
    const words = [verb, "rel", "helm", "--namespace", "watch", "--timeout", "300s", "--values", "-"];
    const ended = await ending(spawn(helm.program, words, { env }), stringify(values));
    return { ...ended, acts: cluster.acts.slice(before) };
  };
  const values = (config: string): object => ({
    config,
    storage: { databaseUrl: database.url, redisUrl: "redis://redis:6379" },
  });

  test("first: the Job has what it needs, brings the schema up to date, and only then the release comes", async () => {
    const { code, said, acts } = await notified("install", values("a: 1"));
    expect(said).toContain("STATUS: deployed");
    expect(code).toBe(0);
    const pool = await openPostgresPool(database.url, silentLog);
    expect((await readSchemaState(pool)).pending).toEqual([]);
    await pool.close();
    const job = acts.indexOf("create Job rel-plumbline-migrate");
    expect(acts.slice(0, job).toSorted()).toEqual([
      "create NetworkPolicy rel-plumbline-migrate",
      "create Secret rel-plumbline-migrate",
    ]);
    expect(acts.slice(job + 1, job + 4).toSorted()).toEqual([
      "delete Job rel-plumbline-migrate",
      "delete NetworkPolicy rel-plumbline-migrate",
      "delete Secret rel-plumbline-migrate",
    ]);
    expect(acts.slice(job + 4)).toContain("create Deployment rel-plumbline-web");
    expect(acts.filter((act) => act.startsWith("create Deployment"))).toHaveLength(4);
  });

  test("then: an upgrade runs it again before it changes anything", async () => {
    const { code, acts } = await notified("upgrade", values("a: 2"));
    expect(code).toBe(0);
    const firstChange = acts.findIndex((act) => act.startsWith("replace"));
    expect(acts.indexOf("delete Job rel-plumbline-migrate")).toBeLessThan(firstChange);
    expect(acts.indexOf("create Job rel-plumbline-migrate")).toBeGreaterThanOrEqual(0);
    expect(acts).toContain("replace Deployment rel-plumbline-scheduler");
  });

  test("last: where the Job fails, the upgrade does, and nothing of the release is touched", async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      "INSERT INTO plumbline.kysely_migration (name, timestamp) VALUES ('9000-gone-breaking', '2030')",
    );
    await client.end();
    const { code, said, acts } = await notified("upgrade", values("a: 3"));
    expect(code).not.toBe(0);
    expect(said).toContain("pre-upgrade");
    expect(acts).toContain("create Job rel-plumbline-migrate");
    expect(acts.filter((act) => act.startsWith("replace"))).toEqual([]);
    expect(cluster.find("Job", "rel-plumbline-migrate")).toBeDefined();
  });
});
