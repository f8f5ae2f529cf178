import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyDataFolder } from "../setup/pglite-stores.ts";
import { bareEnv } from "../setup/plumbline.ts";

const root = mkdtempSync(join(tmpdir(), "plumbline-closed-"));
const provider = createServer((_request, response) => response.writeHead(500).end("{}"));
beforeAll(() => new Promise<void>((listening) => provider.listen(0, "127.0.0.1", listening)));
afterAll(() => {
  provider.close().closeAllConnections();
  rmSync(root, { recursive: true, force: true });
});

/** `preload` is loaded before the program's own code. */
function start(preload: string, stdio: "closed" | "read") {
  const folder = mkdtempSync(join(root, "one-"));
  const { port } = provider.address() as AddressInfo;
  const config = join(folder, "plumbline.yaml");
  writeFileSync(
    config,
    `targets: { bed: { baseUrl: "http://127.0.0.1:${port}/v1", model: gpt-4o-mini, key: { env: KEY } } }
probes: [{ name: own, target: bed, scenario: valid-request, every: 1s }]
`,
  );
  writeFileSync(join(folder, "preload.mjs"), preload);
  const words = ["--import", join(folder, "preload.mjs"), "src/main.ts", "start", "--listen", "127.0.0.1:0"];
  const child = spawn(process.execPath, [...words, "--config", config], {
    env: { ...bareEnv, PLUMBLINE_DATA: copyDataFolder(join(folder, "data")), KEY: "a key of some length" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stderr.on("data", (piece: Buffer) => {
    output += piece.toString();
    if (stdio !== "closed" || !output.includes('"message":"started"')) return;
    // As head does: it has read its lines, and both ends of the pipe are closed.
    child.stderr.destroy();
    child.stdout.destroy();
  });
  const exited = new Promise<number | NodeJS.Signals | null>((done) =>
    child.on("exit", (code, signal) => done(code ?? signal)),
  );
  return { child, exited, output: () => output };
}

const logEverySecond = `setInterval(() => process.stderr.write("a line\\n"), 50);`;

test("the service stops by itself when nobody reads its log any more", { timeout: 180_000 }, async () => {
  const { exited } = start(logEverySecond, "closed");
  expect(await exited).toBe(0);
});

test("SIGTERM stops a service whose output is closed and that has nothing to say", { timeout: 180_000 }, async () => {
  const { child, exited } = start("", "closed");
  child.stderr.on("close", () => child.kill("SIGTERM"));
  expect(await exited).toBe(0);
});

test("a crash whose report crashes too ends the service", { timeout: 180_000 }, async () => {
  const crash = `
    const write = process.stderr.write.bind(process.stderr);
    let crashing = false;
    process.stderr.write = (chunk, ...rest) => {
      if (crashing) process.nextTick(() => { throw new Error("again"); });
      if (String(chunk).includes('"message":"started"')) setTimeout(() => { crashing = true; throw new Error("first"); }, 10);
      return write(chunk, ...rest);
    };`;
  const { exited } = start(crash, "read");
  expect(await exited).toBe(1);
});
