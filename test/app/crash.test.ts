import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { oddSecrets, tracesOf } from "../std/secret-spellings.ts";
import { eventually } from "../setup/eventually.ts";
import { copyDataFolder } from "../setup/pglite-stores.ts";
import { bareEnv } from "../setup/plumbline.ts";

/** In a file, so that no rule about names of variables finds it. */
const key = oddSecrets["with spaces"] ?? "";
const prompt = "canary prompt: the eagle lands at dawn";
const root = mkdtempSync(join(tmpdir(), "plumbline-crash-"));
const provider = createServer(() => {
  // Never answers: the program is in the middle of a run when it crashes.
});
beforeAll(() => new Promise<void>((listening) => provider.listen(0, "127.0.0.1", listening)));
afterAll(() => {
  provider.close().closeAllConnections();
  rmSync(root, { recursive: true, force: true });
});

/** Loaded into the program before its own code: waits for a signal, then throws what a bug could throw. */
const saboteur = (thrown: string, how: "throw" | "reject"): string => `
const key = ${JSON.stringify(key)};
const options = { method: "POST", path: "/v1", headers: { authorization: "Bearer " + key }, body: ${JSON.stringify(prompt)} };
class Odd extends Error { name = key; code = key; options = options; }
const kinds = {
  message: () => new Error("cannot read " + key + "\\n    at " + key + " (" + key + ":1:1)"),
  cause: () => new TypeError("fetch failed", { cause: new Error(key, { cause: Object.assign(new Error(key), { options }) }) }),
  aggregate: () => new AggregateError([new Error(key), new Odd(key)], "all of them: " + key),
  custom: () => Object.assign(new Odd(key), { config: options, request: options, [key]: key, toJSON: () => options }),
  text: () => key,
  object: () => ({ ...options, message: key, stack: key, toString: () => key, [Symbol.for("nodejs.util.inspect.custom")]: () => key }),
  parse: () => { try { return JSON.parse('{"a": "' + key + '"' + key); } catch (error) { return error; } },
};
process.on("SIGUSR2", () => {
  const thrown = kinds.${thrown}();
  ${how === "throw" ? "throw thrown;" : "void Promise.reject(thrown);"}
});
`;

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly files: readonly string[];
}

async function crash(words: readonly string[], thrown: string, how: "throw" | "reject"): Promise<Ended> {
  const folder = mkdtempSync(join(root, "one-"));
  writeFileSync(join(folder, "key"), key);
  const { port } = provider.address() as AddressInfo;
  const config = join(folder, "plumbline.yaml");
  writeFileSync(
    config,
    `targets:
  bed: { baseUrl: "http://127.0.0.1:${port}/v1", model: gpt-4o-mini, key: { file: "${join(folder, "key")}" } }
scenarios:
  secretive: { ask: { messages: [{ role: user, content: "${prompt}" }], maxTokens: 5 }, expect: { status: 200 } }
probes:
  - { name: own, target: bed, scenario: secretive, every: 1s }
`,
  );
  const preload = join(folder, "saboteur.mjs");
  writeFileSync(preload, saboteur(thrown, how));
  const child = spawn(
    process.execPath,
    ["--import", preload, join(process.cwd(), "src/main.ts"), ...words, "--config", config],
    { cwd: folder, env: { ...bareEnv, PLUMBLINE_DATA: copyDataFolder(join(folder, "data")), DEBUG: "1" } },
  );
  let output = "";
  child.stdout.on("data", (piece: Buffer) => (output += piece.toString()));
  child.stderr.on("data", (piece: Buffer) => (output += piece.toString()));
  const closed = new Promise<number | null>((ended) => child.on("close", ended));
  await Promise.race([once(provider, "request"), closed]);
  if (words[0] === "start") await eventually(() => expect(output).toContain('"message":"started"'));
  child.kill("SIGUSR2");
  const code = await closed;
  const own = new Set(["key", "plumbline.yaml", "saboteur.mjs"]);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !(entry.parentPath === folder && own.has(entry.name)))
    .map(({ parentPath, name }) => `${name} ${readFileSync(join(parentPath, name), "latin1")}`);
  return { code, output, files };
}

const leaks = (text: string): string[] => [...tracesOf(key), prompt.slice(0, 18)].filter((it) => text.includes(it));

const service = ["start", "--listen", "127.0.0.1:0"];
const crashes: readonly (readonly [thrown: string, how: "throw" | "reject", words: readonly string[]])[] = [
  ["message", "throw", service],
  ["aggregate", "reject", service],
  ["message", "throw", ["run"]],
  ["cause", "reject", ["run"]],
  ["custom", "throw", ["run"]],
  ["object", "reject", ["run"]],
  ["text", "throw", ["run"]],
  ["parse", "reject", ["run"]],
];

test.each(crashes)("%s, by %s in %j: it dies, says so, and of a secret nothing is left anywhere", async (...it) => {
  const [thrown, how, words] = it;
  const { code, output, files } = await crash(words, thrown, how);
  expect(code).toBe(1);
  expect(output).toMatch(words[0] === "start" ? /"message":"crashed: this is a bug"/ : /^plumbline: internal error/m);
  expect(leaks(output)).toEqual([]);
  if (words[0] === "start") expect(files.length).toBeGreaterThan(20);
  expect(files.flatMap(leaks)).toEqual([]);
});
