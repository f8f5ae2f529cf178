import { execFileSync, spawn, spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestbed } from "../../src/testbed/testbed.ts";
import { bareEnv } from "../setup/plumbline.ts";
import { eventually } from "../setup/eventually.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-package-"));
const installed = join(folder, "node_modules/plumbline");
const bin = join(folder, "node_modules/.bin/plumbline");
const quiet = { stdio: ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"], encoding: "utf8" as const };

beforeAll(() => {
  const tarball = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], quiet).trim();
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "elsewhere", private: true }));
  const words = ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", join(folder, tarball)];
  const { status, stderr } = spawnSync("npm", words, { ...quiet, cwd: folder });
  expect([status, stderr]).toEqual([0, expect.not.stringContaining("EBADENGINE")]);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (words: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(bin, words, { ...quiet, cwd: folder, env: { ...bareEnv, ...env } });

test("the package holds the program and nothing else, in at most 3 MB", () => {
  const files = globSync("**/*", { cwd: installed }).filter((path) => statSync(join(installed, path)).isFile());
  const bytes = files.reduce((sum, path) => sum + statSync(join(installed, path)).size, 0);
  expect(bytes).toBeLessThan(3_000_000);
  const top = new Set(files.map((path) => path.split("/")[0]));
  expect([...top].toSorted()).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "bin",
    "config",
    "dist",
    "docs",
    "package.json",
  ]);
  const odd = files.filter((path) => /\.(?:ts|map)$|test\/|fixtures|bench\//.test(path));
  expect(odd).toEqual(["config/alert.d.ts"]);
});

test("both schemas can be imported by name", () => {
  const script = `for (const name of ["alert", "config"])
    console.log((await import("plumbline/" + name + ".schema.json", { with: { type: "json" } })).default.$schema)`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { ...quiet, cwd: folder });
  expect(stdout.trim().split("\n")).toEqual(
    Array.from({ length: 2 }, () => expect.stringContaining("json-schema.org")),
  );
});

test("a program that receives alerts can import their type", () => {
  const program = (member: string): string => `import type { AlertWebhook } from "plumbline";
export const summaryOf = (body: AlertWebhook): string => body.data.${member};`;
  const check = (member: string) => {
    writeFileSync(join(folder, "receiver.ts"), program(member));
    const words = [
      resolve("node_modules/typescript/bin/tsc"),
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "receiver.ts",
    ];
    return spawnSync(process.execPath, words, { ...quiet, cwd: folder });
  };
  expect(check("summary")).toMatchObject({ status: 0, stdout: "" });
  expect(check("sumary").stdout).toContain("TS2322");
});

test("it says its version, and what to do on an old Node", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect(run(["--version"]).stdout).toBe(`${version}\n`);
  const old = join(folder, "old.cjs");
  writeFileSync(old, `Object.defineProperty(process.versions, "node", { value: "20.20.2" })`);
  const { status, stdout, stderr } = run(["--version"], { NODE_OPTIONS: `--require=${old}` });
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^plumbline: Node 22\.19 or newer is needed, this is 20\.20\.2\. .*\n$/);
});

test("from nothing to a first verdict, an audit and a service, as a stranger would", async () => {
  await using opened = new AsyncDisposableStack();
  const testbed = opened.adopt(await openTestbed(), (it) => it.close());
  const env = { PROVIDER: testbed.baseUrl, COMETAPI_KEY: testbed.key };
  expect(run(["init"]).status).toBe(0);
  const file = join(folder, "plumbline.yaml");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/baseUrl: .*/, "baseUrl: { env: PROVIDER }").replace("every: 5m", "every: 3s"));
  expect(run(["validate"], env).stdout).toContain("is valid");
  // The provider runs in this process: it must not be blocked.
  const ended = await start(["run", "valid"], env);
  expect([ended.code, ended.output]).toEqual([0, expect.stringContaining("1 ok")]);
  const audit = await start(["audit", "cometapi", "--yes", "--approve-cost", "1 USD"], env);
  expect([audit.code, globSync("audits/*.json", { cwd: folder }).length]).toEqual([expect.toBeOneOf([0, 3]), 1]);

  const service = spawn(bin, ["start", "--listen", "127.0.0.1:0"], {
    ...quiet,
    cwd: folder,
    env: { ...bareEnv, ...env },
  });
  let log = "";
  for (const stream of [service.stdout, service.stderr]) stream?.on("data", (piece) => (log += String(piece)));
  try {
    await eventually(() => expect(log).toMatch(/"state":"done"[^\n]*"message":"run"/));
  } finally {
    service.kill("SIGTERM");
    const code = await new Promise((resolve) => service.once("exit", resolve));
    expect(code).toBe(0);
  }
});

test("the demo says what to install where its provider was left out", () => {
  const aimock = join(folder, "node_modules/@copilotkit");
  execFileSync("mv", [aimock, `${aimock}.away`]);
  const { status, stderr } = run(["demo", "--once"]);
  execFileSync("mv", [`${aimock}.away`, aimock]);
  expect([status, stderr]).toEqual([2, expect.stringContaining("npm install --include=optional plumbline")]);
});

async function start(words: readonly string[], env: Record<string, string>) {
  const child = spawn(bin, words, { cwd: folder, env: { ...bareEnv, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece: Buffer) => (output += piece.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, output };
}
