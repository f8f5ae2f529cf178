import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import pg from "pg";
import { openTestbed } from "../../src/testbed/testbed.ts";
import { freshDatabase, freshRedis } from "../setup/databases.ts";
import { findHelms } from "../helm/helm.ts";
import { commandLines, type StartedProcess, startProcess } from "./chart-processes.ts";
import { copiesOf, listOf } from "./dockerfile.ts";
import { openNetwork, whyNoNamespaces } from "./namespaces.ts";
import { assembleTree, final, stages, type Tree } from "./tree.ts";
import { eventually } from "../setup/eventually.ts";

const helms = findHelms();
const entry = listOf(final, "ENTRYPOINT").slice(1);
let tree: Tree;
beforeAll(() => {
  tree = assembleTree();
});
afterAll(() => tree.remove());

/** Somebody who is neither root nor the owner of the files. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const run = (words: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, words, { cwd: tree.app, encoding: "utf8", env, ...nobody });

test("the tree the image copies starts, as somebody who may write nothing there", () => {
  expect(listOf(final, "ENTRYPOINT")[0]).toBe("node");
  const { status, stdout, stderr } = run([...entry, "--help"]);
  expect(stderr).toBe("");
  expect(stdout).toContain("Usage: plumbline");
  expect(status).toBe(0);
  expect(run([...entry, "validate", "config/cometapi.yaml"]).stdout).toContain("is valid");
});

test("it is of the size that the README may tell, and holds nothing but what runs", () => {
  const bytes = globSync("**/*", { cwd: tree.app, exclude: [] })
    .map((path) => statSync(join(tree.app, path)))
    .reduce((sum, it) => sum + (it.isFile() ? it.size : 0), 0);
  process.stdout.write(`the image's own tree: ${Math.round(bytes / 1e6)} MB beside Node\n`);
  expect(bytes).toBeLessThan(75e6);
  for (const tool of ["typescript", "oxlint", "knip", "fast-check", "vite", "@copilotkit/aimock", "standardwebhooks"]) {
    expect(globSync(`node_modules/${tool}`, { cwd: tree.app })).toEqual([]);
  }
  expect(globSync("{src,test,docs,helm,dist/demo,dist/testbed}", { cwd: tree.app })).toEqual([]);
  expect(globSync("node_modules/**/*.{map,d.ts,d.mts,d.cts}", { cwd: tree.app })).toEqual([]);
});

test.each(["demo", "testbed"])("plumbline %s says that the image leaves it out", (command) => {
  const { status, stderr } = run([...entry, command]);
  expect(stderr).toContain("is not installed: the container image leaves it out");
  expect(status).toBe(2);
});

test("the list of its parts is there, and complete", () => {
  const { components } = JSON.parse(readFileSync(join(tree.app, "sbom.cdx.json"), "utf8")) as {
    components: { name: string; version: string }[];
  };
  const named = new Set(components.map(({ name, version }) => `${name}@${version}`));
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: Record<string, string> };
  for (const [name, version] of Object.entries(dependencies)) expect(named).toContain(`${name}@${version}`);
  expect([...named].filter((name) => /^(typescript|oxlint|knip|standardwebhooks)@/.test(name))).toEqual([]);
});

test("its base is pinned by digest, of the Node that the project is tested with, and all stages are made of it", () => {
  const text = readFileSync("Dockerfile", "utf8");
  const [, version, digest] = /^ARG NODE_IMAGE=node:([\d.]+)-[a-z-]+@sha256:([0-9a-f]{64})$/m.exec(text) ?? [];
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { devDependencies: { node: string } };
  expect(version).toBe(devDependencies.node);
  expect(digest).toBeDefined();
  const bases = [...text.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
  expect(new Set(bases)).toEqual(new Set(["${NODE_IMAGE}"]));
});

test("its instructions: no root, health asked of what it listens on, metadata", () => {
  expect(final.lines).toContain("USER 1000:1000");
  const [labels] = final.lines.filter((line) => line.startsWith("LABEL "));
  for (const label of ["licenses", "version", "revision", "base.name"]) {
    expect(labels).toContain(`org.opencontainers.image.${label}=`);
  }
  const [, list = ""] = /plumbline\.sbom="\/app\/([^"]+)"/.exec(labels ?? "") ?? [];
  expect(JSON.parse(readFileSync(join(tree.app, list), "utf8"))).toMatchObject({ bomFormat: "CycloneDX" });
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
  const config = join(tree.place, "plumbline.yaml");
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
  const child = spawn(process.execPath, own, { cwd: tree.app, env, stdio: ["ignore", "ignore", "pipe"], ...nobody });
  const ended = exitOf(child);
  const health = listOf(final, "HEALTHCHECK").slice(1);
  const isHealthy = () => run(health.map((word) => word.replace(":8080", `:${port}`))).status === 0;
  await eventually(async () => {
    expect(isHealthy()).toBe(true);
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(text).toMatch(/^probe_success\{.*\} 1$/m);
  });
  child.kill(final.lines.find((line) => line.startsWith("STOPSIGNAL "))?.split(" ")[1] as NodeJS.Signals);
  expect(await ended).toBe(0);
  expect(isHealthy()).toBe(false);
  await Promise.all([testbed.close(), redis.drop(), database.drop()]);
});

/** The chart's command lines for these workers, with this configuration. */
function chartLines(text: string, workers: readonly object[], listen?: () => string): ReadonlyMap<string, string[]> {
  const config = join(tree.place, "chart.yaml");
  writeFileSync(config, text);
  const rendered = helms[0]?.template({ config: text, storage: { existingSecret: "stores" }, workers });
  if (rendered === undefined || "refused" in rendered) throw new Error(rendered?.refused);
  return commandLines(rendered.objects, { config, listen });
}

/** The line of one Deployment or Job, as the entry point of the image gets it. */
const lineOf = (lines: ReadonlyMap<string, string[]>, name: string): string[] => [
  ...entry,
  ...(lines.get(`rel-plumbline-${name}`) ?? []),
];

test.runIf(helms.length > 0)(
  "as the chart starts it: a scheduler and two workers, one of which is killed; every slot is asked once",
  async () => {
    const [database, redis, testbed] = await Promise.all([freshDatabase(), freshRedis(), openTestbed()]);
    const lines = chartLines(
      configOf(testbed.baseUrl, { a: "x", b: "x", c: "x", d: "x" }),
      [{ location: "x" }],
      () => "127.0.0.1:0",
    );
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url, BED_KEY: testbed.key, NODE_ENV: "production" };
    const migration = run(lineOf(lines, "migrate"), { DATABASE_URL: database.url });
    expect(migration).toMatchObject({ status: 0, stderr: "" });
    expect(migration.stdout).toMatch(/"applied":\["0001-first"/);
    const start = (name: string) =>
      startProcess([process.execPath, ...lineOf(lines, name)], { cwd: tree.app, env, ...nobody });
    const scheduler = start("scheduler");
    const workers = [start("worker-x"), start("worker-x")];
    try {
      await eventually(() => expect(Math.min(...workers.map(({ runs }) => runs()))).toBeGreaterThan(1));
      const [killed, left] = workers;
      killed?.child.kill("SIGKILL");
      await killed?.ended;
      const before = left?.runs() ?? 0;
      await eventually(() => expect(left?.runs()).toBeGreaterThan(before + 8));
      for (const { child } of [scheduler, ...workers.slice(1)]) child.kill("SIGTERM");
      expect(await Promise.all([scheduler.ended, left?.ended])).toEqual([0, 0]);
    } finally {
      for (const { child } of [scheduler, ...workers]) child.kill("SIGKILL");
    }
    await nothingAskedTwice(database.url, testbed.requests());
    await Promise.all([testbed.close(), redis.drop(), database.drop()]);
  },
);

const noNamespaces = whyNoNamespaces();
test.runIf(helms.length > 0 && noNamespaces === undefined)(
  `in network namespaces of their own, on a read-only file system${noNamespaces === undefined ? "" : ` (this machine gives none: ${noNamespaces})`}: workers at two locations and a scheduler; one is killed, the other goes on, its successor takes over`,
  async () => {
    const [database, redis, testbed] = await Promise.all([freshDatabase(), freshRedis(), openTestbed()]);
    const network = openNetwork();
    const started: StartedProcess[] = [];
    try {
      const across = async (url: string): Promise<string> => {
        const there = new URL(url);
        there.port = String(await network.passOn(Number(there.port)));
        there.hostname = network.address;
        return there.href;
      };
      const [DATABASE_URL, REDIS_URL, bed] = await Promise.all([database.url, redis.url, testbed.baseUrl].map(across));
      const env = {
        PATH: process.env["PATH"] ?? "",
        DATABASE_URL,
        REDIS_URL,
        BED_KEY: testbed.key,
        NODE_ENV: "production",
      };
      const text = configOf(bed ?? "", { a: "eu", b: "eu", c: "us", d: "us" });
      const lines = chartLines(text, [{ location: "eu" }, { location: "us" }]);
      const places = new Map(["scheduler", "worker-eu", "worker-us"].map((name) => [name, network.place(name)]));
      const start = (role: string, line = role): StartedProcess => {
        const words = [...(places.get(role)?.prefix ?? []), process.execPath, ...lineOf(lines, line)];
        const child = startProcess(words, { cwd: tree.app, env });
        started.push(child);
        return child;
      };
      const { prefix } = places.get("worker-eu") ?? { prefix: [] };
      expect(connecting(prefix, database.url)).toBe("ECONNREFUSED");
      expect(connecting(prefix, DATABASE_URL ?? "")).toBe("connected");
      const [program, ...words] = [...prefix, "touch", join(tmpdir(), "written-by-the-image")];
      expect(spawnSync(program ?? "", words, { encoding: "utf8" }).stderr).toContain("Read-only file system");

      expect(await start("scheduler", "migrate").ended).toBe(0);
      const scheduler = start("scheduler");
      const [eu, us] = [start("worker-eu"), start("worker-us")];
      await eventually(() => expect(Math.min(eu.runs(), us.runs())).toBeGreaterThan(2));
      eu.child.kill("SIGKILL");
      await eu.ended;
      const before = us.runs();
      await eventually(() => expect(us.runs()).toBeGreaterThan(before + 5));
      const health = await fetch(`http://${places.get("worker-us")?.address}:8080/healthz`);
      expect(health.status).toBe(200);
      const successor = start("worker-eu");
      await eventually(() => expect(successor.runs()).toBeGreaterThan(2));
      for (const { child } of [scheduler, us, successor]) child.kill("SIGTERM");
      expect(await Promise.all([scheduler.ended, us.ended, successor.ended])).toEqual([0, 0, 0]);
      await nothingAskedTwice(database.url, testbed.requests());
    } finally {
      for (const { child } of started) child.kill("SIGKILL");
      await network.close();
      await Promise.all([testbed.close(), redis.drop(), database.drop()]);
    }
  },
);

/**
 * A probe each second for each name, at the location beside it. What a killed worker had claimed is skipped until the
 * longest that a run can take has passed: short, that tests need not wait for it.
 */
const configOf = (baseUrl: string, locations: Readonly<Record<string, string>>): string => `targets:
  bed: { baseUrl: "${baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY }, client: { connect: 1s, firstByte: 1s, firstContent: 1s, idle: 1s, total: 2s, retries: 0 } }
probes:
${Object.entries(locations)
  .map(
    ([name, location]) =>
      `  - { name: ${name}, target: bed, scenario: valid-request, every: 1s, locations: [${location}] }\n`,
  )
  .join("")}`;

/** What comes of a connection that is tried with these words before it: "connected", or an error's code. */
function connecting(prefix: readonly string[], url: string): string {
  const { hostname, port } = new URL(url);
  const script = `require("net").connect(${port}, "${hostname}").on("connect", () => say("connected")).on("error", ({ code }) => say(code));
    const say = (word) => { console.log(word); process.exit(); };`;
  const [program, ...words] = [...prefix, process.execPath, "-e", script];
  return spawnSync(program, words, { encoding: "utf8" }).stdout.trim();
}

/** Of what the killed one was doing nobody knows how far it came; nothing else is asked and not on record. */
async function nothingAskedTwice(databaseUrl: string, requests: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ state: string; runs: number }>(
    "SELECT state, count(*)::int AS runs FROM plumbline.runs GROUP BY state",
  );
  await client.end();
  const of = (state: string): number => rows.find((row) => row.state === state)?.runs ?? 0;
  expect(of("done")).toBeGreaterThan(10);
  expect(requests).toBeGreaterThanOrEqual(of("done"));
  expect(requests).toBeLessThanOrEqual(of("done") + of("claimed") + of("interrupted"));
}

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
