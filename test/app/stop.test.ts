import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openTestbed } from "../../src/testbed/testbed.ts";
import { eventually } from "../setup/eventually.ts";
import { copyDataFolder } from "../setup/pglite-stores.ts";
import { bareEnv } from "../setup/plumbline.ts";

test.each([
  ["what runs is finished", "30s", 1],
  ["what runs longer than the grace is given up", "200ms", 0],
] as const)("half a request holds up neither reload nor stop; %s", async (_case, grace, finished) => {
  await using opened = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "plumbline-stop-"));
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const testbed = opened.adopt(await openTestbed({ pace: { minMs: 3_000, maxMs: 3_500 } }), (it) => it.close());
  const config = join(folder, "plumbline.yaml");
  writeFileSync(
    config,
    `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY }, client: { retries: 0 } }
probes:
${["a", "b", "c"].map((name) => `  - { name: ${name}, target: bed, scenario: valid-request, every: 1s }`).join("\n")}
`,
  );
  const words = ["src/main.ts", "start", "--config", config, "--listen", "127.0.0.1:0", "--grace", grace];
  const child = spawn(process.execPath, words, {
    env: { ...bareEnv, BED_KEY: testbed.key, PLUMBLINE_DATA: copyDataFolder(join(folder, "data")) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  opened.defer(() => void child.kill("SIGKILL"));
  let log = "";
  child.stderr.on("data", (piece: Buffer) => (log += piece.toString()));
  const url = await eventually(() => {
    const told = /"url":"([^"]+)"/.exec(log)?.[1];
    if (told === undefined) throw new Error(log);
    return new URL(told);
  });
  const halfRequest = async (): Promise<void> => {
    const socket = connect(Number(url.port), url.hostname);
    socket.on("error", () => {});
    opened.defer(() => void socket.destroy());
    await once(socket, "connect");
    socket.write("POST /api/v1/silences HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf");
  };

  await halfRequest();
  child.kill("SIGHUP");
  await eventually(() => expect(log).toContain("configuration reloaded"));

  const before = testbed.requests();
  await eventually(() => expect(testbed.requests()).toBeGreaterThan(before));
  await halfRequest();
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await eventually(() => expect(log).toContain("stopping"));
  const atSignal = testbed.requests();
  const doneAtSignal = log.split('"message":"run"').length;
  expect(await ended).toEqual([0, null]);
  // A slot that was taken at the very moment of the signal may still ask.
  expect(testbed.requests() - atSignal).toBeLessThanOrEqual(1);
  if (finished > 0) expect(log.split('"message":"run"').length).toBeGreaterThan(doneAtSignal);
  else expect(log).toContain("stopped before all probes finished");
});
