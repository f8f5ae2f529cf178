import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshDatabase, freshRedis } from "../setup/databases.ts";
import { type ApiServer, type Kept, openApiServer } from "./api-server.ts";
import { findHelms, type Helm } from "./helm.ts";
import { type Ended, ending, type Image, startPod } from "./pods.ts";
import { eventually } from "../setup/eventually.ts";

const configuration = `targets:
  bed: { baseUrl: "http://127.0.0.1:9/v1", model: gpt-4o-mini }
probes:
  - { name: hourly, target: bed, scenario: valid-request, every: 1h }
`;

let place: string;
let image: Image;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "plumbline-helm-test-"));
  const config = join(place, "plumbline.yaml");
  writeFileSync(config, configuration);
  // What the image itself holds is the matter of test/image.
  image = { folder: process.cwd(), entry: ["src/main.ts"], config };
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

describe.each(findHelms())("`helm test` of Helm $version", (helm: Helm) => {
  const stack = new AsyncDisposableStack();
  const pods: { readonly name: string; readonly ended: Ended }[] = [];
  let cluster: ApiServer;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let web: ChildProcess | undefined;
  let port: number;
  let runHelm: (...words: readonly string[]) => Promise<Ended>;

  /** A cluster that runs, of this release, the Job, the test's pod and the web Deployment, each by its own words. */
  const run = async (owner: Kept, server: ApiServer): Promise<boolean> => {
    const child = startPod(owner, server, image);
    if (child === undefined) return false;
    const ended = await ending(child);
    pods.push({ name: `${owner.kind} ${owner.metadata.name}`, ended });
    return ended.code === 0;
  };

  beforeAll(async () => {
    [cluster, database, port] = await Promise.all([openApiServer(run), freshDatabase(), freePort()]);
    const [releases, redis] = await Promise.all([freshDatabase(), freshRedis()]);
    stack.defer(async () => {
      web?.kill("SIGKILL");
      await cluster.close();
      await Promise.all([database.drop(), releases.drop(), redis.drop()]);
    });
    const kubeconfig = join(place, "kubeconfig");
    const contexts = [{ name: "now", context: { cluster: "it", user: "me" } }];
    const clusters = [{ name: "it", cluster: { server: cluster.url } }];
    const users = [{ name: "me", user: {} }];
    const config = { apiVersion: "v1", kind: "Config", clusters, users, contexts, "current-context": "now" };
    writeFileSync(kubeconfig, JSON.stringify(config));
    const driver = new URL(releases.url);
    driver.searchParams.set("sslmode", "disable");
    const env = {
      HOME: place,
      KUBECONFIG: kubeconfig,
      HELM_DRIVER: "sql",
      HELM_DRIVER_SQL_CONNECTION_STRING: driver.href,
    };
    // The name of the service is the only host that the test's pod asks: here it has to be this machine.
    const values = {
      config: configuration,
      fullnameOverride: "localhost",
      listenAddress: "127.0.0.1",
      service: { port },
      storage: { databaseUrl: database.url, redisUrl: redis.url },
    };
    runHelm = (...words) =>
      ending(spawn(helm.program, [...words, "--namespace", "watch", "--timeout", "300s"], { env }), stringify(values));
    const { code, said } = await runHelm("install", "rel", "helm", "--values", "-");
    if (code !== 0) throw new Error(said);
    const deployment = cluster.find("Deployment", "localhost-web");
    web = deployment && startPod(deployment, cluster, image);
    if (web === undefined) throw new Error("the web Deployment does not start");
    void ending(web);
    await eventually(async () => expect((await fetch(`http://localhost:${port}/healthz`)).status).toBe(200));
  });
  afterAll(() => stack.disposeAsync());

  /** Helm's exit code, and what the test's own pod said and ended with. */
  const tested = async (): Promise<{ readonly helm: number | null; readonly pod: Ended | undefined }> => {
    const { code } = await runHelm("test", "rel");
    return { helm: code, pod: pods.findLast(({ name }) => name === "Pod localhost-ready")?.ended };
  };

  const readiness = async (): Promise<number> => (await fetch(`http://localhost:${port}/readyz`)).status;

  test("a service that is ready passes, and its pod is gone", async () => {
    await eventually(async () => expect(await readiness()).toBe(200));
    const { helm: code, pod } = await tested();
    expect(pod).toEqual({
      code: 0,
      said: `ready: http://localhost:${port}/readyz says 200 {"ready":true,"reasons":[],"warnings":[]}\n`,
    });
    expect(code).toBe(0);
    expect(cluster.find("Pod", "localhost-ready")).toBeUndefined();
  });

  test("one whose store is gone fails, in its own words", async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query("ALTER SCHEMA plumbline RENAME TO elsewhere");
    await eventually(async () => {
      const reply = await fetch(`http://localhost:${port}/readyz`);
      expect(await reply.json()).toMatchObject({
        reasons: expect.arrayContaining(["the store does not answer"]) as [],
      });
    });
    const { helm: code, pod } = await tested();
    await client.query("ALTER SCHEMA elsewhere RENAME TO plumbline");
    await client.end();
    expect(pod?.code).toBe(1);
    // The machine may be too busy to ask the store again in time.
    const reasons = /the store does not answer|the state of the store is unknown: it has not answered for \d+ s/;
    expect(pod?.said).toMatch(new RegExp(`^not ready: \\S+/readyz says 503 \\{.*"(?:${reasons.source})".*\\}\\n$`));
    expect(code).not.toBe(0);
    expect(cluster.find("Pod", "localhost-ready")).toBeDefined();
  });

  test("after it is back, it passes again", async () => {
    await eventually(async () => expect(await readiness()).toBe(200));
    expect(await tested()).toMatchObject({ helm: 0, pod: { code: 0 } });
  });

  test("one that does not answer at all fails, and the pod says who did not", async () => {
    const gone = new Promise((done) => web?.once("exit", done));
    web?.kill("SIGTERM");
    await gone;
    const { helm: code, pod } = await tested();
    expect(pod).toEqual({
      code: 1,
      said: `not ready: http://localhost:${port}/readyz does not answer: ECONNREFUSED\n`,
    });
    expect(code).not.toBe(0);
  });
});
