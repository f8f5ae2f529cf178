import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import pg from "pg";
import { openTestbed } from "../../src/testbed/testbed.ts";
import { freshDatabase, freshRedis } from "../setup/databases.ts";
import { findHelms } from "../helm/helm.ts";
import { commandLines } from "./chart-processes.ts";
import { copiesOf, listOf, type Stage, stagesOf } from "./dockerfile.ts";

const helms = findHelms();
const stages = stagesOf(readFileSync("Dockerfile", "utf8"));
const final = stages.at(-1) as Stage;
let place: string;
let app: string;
/** Somebody who is neither root nor the owner of the files. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Runs what a stage runs, where no container engine is at hand: the commands are read from the Dockerfile. */
function build(stage: Stage, folder: string): void {
  mkdirSync(folder);
  for (const { sources } of copiesOf(stage))
    for (const path of sources) cpSync(path, join(folder, path), { recursive: true });
  const options = { cwd: folder, stdio: ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"] };
  for (const line of stage.lines.filter((it) => it.startsWith("RUN "))) {
    // The build stage's packages are the project's own, installed by the same command from the same file.
    if (stage.name === "build" && line.startsWith("RUN npm ci")) {
      execFileSync("ln", ["-s", resolve("node_modules"), "node_modules"], options);
      continue;
    }
    execFileSync("sh", ["-ec", line.slice(4).replace("npm ci", "npm ci --prefer-offline")], options);
  }
}

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "plumbline-image-"));
  chmodSync(place, 0o755);
  app = join(place, "app");
  mkdirSync(app);
  for (const stage of stages.slice(0, -1)) build(stage, join(place, stage.name));
  for (const { from, sources, target } of copiesOf(final)) {
    for (const path of sources) {
      const source = from === undefined ? path : join(place, from, path.replace(/^\/app\//, ""));
      const isFolder = target.endsWith("/");
      cpSync(source, isFolder ? join(app, target, path) : join(app, target), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
  }
}, 180_000);

afterAll(() => rmSync(place, { recursive: true, force: true }));

const run = (words: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, words, { cwd: app, encoding: "utf8", env, ...nobody });

test("the tree the image copies starts, as somebody who may write nothing there", () => {
  const [node, ...entry] = listOf(final, "ENTRYPOINT");
  expect(node).toBe("node");
  const { status, stdout, stderr } = run([...entry, "--help"]);
  expect(stderr).toBe("");
  expect(stdout).toContain("Usage: plumbline");
  expect(status).toBe(0);
  expect(run([...entry, "validate", "config/cometapi.yaml"]).stdout).toContain("is valid");
});

test("it is of the size that the README may tell, and holds nothing but what runs", () => {
  const bytes = globSync("**/*", { cwd: app, exclude: [] })
    .map((path) => statSync(join(app, path)))
    .reduce((sum, it) => sum + (it.isFile() ? it.size : 0), 0);
  process.stdout.write(`the image's own tree: ${Math.round(bytes / 1e6)} MB beside Node\n`);
  expect(bytes).toBeLessThan(150e6);
  for (const tool of ["typescript", "oxlint", "knip", "fast-check", "vite"]) {
    expect(globSync(`node_modules/${tool}`, { cwd: app })).toEqual([]);
  }
  expect(globSync("{src,test,docs,helm}", { cwd: app })).toEqual([]);
});

test("the list of its parts is there, and complete", () => {
  const { components } = JSON.parse(readFileSync(join(app, "sbom.cdx.json"), "utf8")) as {
    components: { name: string; version: string }[];
  };
  const named = new Set(components.map(({ name, version }) => `${name}@${version}`));
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: Record<string, string> };
  for (const [name, version] of Object.entries(dependencies)) expect(named).toContain(`${name}@${version}`);
  expect([...named].filter((name) => /^(typescript|oxlint|knip)@/.test(name))).toEqual([]);
});

test("its instructions: no root, health asked of what it listens on, metadata", () => {
  expect(final.lines).toContain("USER 1000:1000");
  expect(final.lines.join("\n")).toContain("org.opencontainers.image.licenses");
  const command = listOf(final, "CMD");
  expect(command.at(-1)).toMatch(/:8080$/);
  expect(listOf(final, "HEALTHCHECK").at(-1)).toContain("127.0.0.1:8080/healthz");
  const ignored = readFileSync(".dockerignore", "utf8").split("\n");
  const needed = stages.flatMap(copiesOf).flatMap(({ from, sources }) => (from === undefined ? sources : []));
  for (const path of new Set(needed)) expect(ignored).toContain(`!${path}`);
});

test("in production: probes, exports, is healthy by its own check, and ends when told", async () => {
  const [database, redis, testbed] = await Promise.all([freshDatabase(), freshRedis(), openTestbed()]);
  const port = await freePort();
  const config = join(place, "plumbline.yaml");
  writeFileSync(
    config,
    `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY } }
probes:
  - { name: fine, target: bed, scenario: valid-request, every: 1s }
`,
  );
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    BED_KEY: testbed.key,
    NODE_ENV: "production",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
  };
  const words = [...listOf(final, "ENTRYPOINT").slice(1), ...listOf(final, "CMD")];
  const own = words.map((word) =>
    word.replace("/app/config/plumbline.yaml", config).replace(/.*:8080$/, `127.0.0.1:${port}`),
  );
  const child = spawn(process.execPath, own, { cwd: app, env, stdio: ["ignore", "ignore", "pipe"], ...nobody });
  const ended = exitOf(child);
  const health = listOf(final, "HEALTHCHECK").slice(1);
  const isHealthy = () => run(health.map((word) => word.replace(":8080", `:${port}`))).status === 0;
  await vi.waitFor(
    async () => {
      expect(isHealthy()).toBe(true);
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      expect(text).toMatch(/^probe_success\{.*\} 1$/m);
    },
    { timeout: 20_000, interval: 300 },
  );
  child.kill(final.lines.find((line) => line.startsWith("STOPSIGNAL "))?.split(" ")[1] as NodeJS.Signals);
  expect(await ended).toBe(0);
  expect(isHealthy()).toBe(false);
  await Promise.all([testbed.close(), redis.drop(), database.drop()]);
}, 60_000);

test.runIf(helms.length > 0)(
  "as the chart starts it: a scheduler and two workers, one of which is killed; every slot is asked once",
  async () => {
    const [database, redis, testbed] = await Promise.all([freshDatabase(), freshRedis(), openTestbed()]);
    const config = join(place, "chart.yaml");
    const text = `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY }, client: { retries: 0 } }
probes:
${["a", "b", "c", "d"].map((name) => `  - { name: ${name}, target: bed, scenario: valid-request, every: 1s }`).join("\n")}
`;
    writeFileSync(config, text);
    const rendered = helms[0]?.template({ config: text, storage: { existingSecret: "stores" } });
    if (rendered === undefined || "refused" in rendered) throw new Error(rendered?.refused);
    const lines = commandLines(rendered.objects, { config, listen: () => "127.0.0.1:0" });
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url, BED_KEY: testbed.key, NODE_ENV: "production" };
    const entry = listOf(final, "ENTRYPOINT").slice(1);
    const start = (name: string) => {
      const words = [...entry, ...(lines.get(name) ?? [])];
      const child = spawn(process.execPath, words, { cwd: app, env, stdio: ["ignore", "ignore", "pipe"], ...nobody });
      let said = "";
      child.stderr.on("data", (part: Buffer) => (said += part.toString()));
      const ended = new Promise((done) => child.once("exit", done));
      return {
        child,
        ended,
        runs: () => said.split("\n").filter((it) => it.includes('"message":"run"')).length,
        said: () => said,
      };
    };
    const migration = spawnSync(process.execPath, [...entry, ...(lines.get("rel-plumbline-migrate") ?? [])], {
      cwd: app,
      env: { DATABASE_URL: database.url },
      encoding: "utf8",
      ...nobody,
    });
    expect(migration).toMatchObject({ status: 0, stderr: "" });
    expect(migration.stdout).toMatch(/"applied":\["0001-first"/);
    const scheduler = start("rel-plumbline-scheduler");
    const workers = [start("rel-plumbline-worker-default"), start("rel-plumbline-worker-default")];
    try {
      const patience = { timeout: 60_000, interval: 200 };
      await vi.waitFor(() => expect(Math.min(...workers.map(({ runs }) => runs()))).toBeGreaterThan(1), patience);
      const [killed, left] = workers;
      killed?.child.kill("SIGKILL");
      await killed?.ended;
      const before = left?.runs() ?? 0;
      await vi.waitFor(() => expect(left?.runs()).toBeGreaterThan(before + 8), patience);
      for (const { child } of [scheduler, ...workers.slice(1)]) child.kill("SIGTERM");
      expect(await Promise.all([scheduler.ended, left?.ended])).toEqual([0, 0]);
    } finally {
      for (const { child } of [scheduler, ...workers]) child.kill("SIGKILL");
    }
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ state: string; runs: number; requests: number }>(
      "SELECT state, count(*)::int AS runs, sum(requests)::int AS requests FROM plumbline.runs GROUP BY state",
    );
    await client.end();
    const of = (state: string): number => rows.find((row) => row.state === state)?.runs ?? 0;
    // Of what the killed one was doing nobody knows how far it came; nothing else is asked and not on record.
    const unfinished = of("claimed") + of("interrupted");
    expect(of("done")).toBeGreaterThan(10);
    expect(testbed.requests()).toBeGreaterThanOrEqual(of("done"));
    expect(testbed.requests()).toBeLessThanOrEqual(of("done") + unfinished);
    await Promise.all([testbed.close(), redis.drop(), database.drop()]);
  },
  150_000,
);

function exitOf(child: ChildProcess): Promise<number | null> {
  let said = "";
  child.stderr?.on("data", (part: Buffer) => (said += part.toString()));
  return new Promise((done) =>
    child.once("exit", (code) => {
      if (code !== 0) process.stderr.write(said);
      done(code);
    }),
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}
