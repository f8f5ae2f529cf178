import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Alert } from "../../src/notify/compose/alert.ts";
import { openReceiver } from "../../src/demo/receiver.ts";
import type { Overview } from "../../src/operate/overview.ts";
import { openTestbed } from "../../src/testbed/testbed.ts";
import { eventually } from "../setup/eventually.ts";
import { copyDataFolder } from "../setup/pglite-stores.ts";
import { bareEnv } from "../setup/plumbline.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-kill-"));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  /** All that it has written to standard error. */
  log(): string;
  overview(): Promise<Overview>;
}

async function start(config: string, env: Record<string, string>): Promise<Started> {
  const words = ["src/main.ts", "start", "--config", config, "--listen", "127.0.0.1:0"];
  const child = spawn(process.execPath, words, {
    env: { ...bareEnv, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  children.push(child);
  let log = "";
  child.stderr?.on("data", (piece: Buffer) => (log += piece.toString()));
  const url = await eventually(() => {
    const line = log.split("\n").find((text) => text.includes('"message":"started"'));
    if (line === undefined) throw new Error(log);
    return (JSON.parse(line) as { url: string }).url;
  });
  return {
    child,
    log: () => log,
    overview: async () => ((await (await fetch(`${url}/api/v1/status`)).json()) as { data: Overview }).data,
  };
}

test("killed in the middle and started again: incidents are still open, no slot is sent twice, the end is told", async () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const alerts: Alert[] = [];
  const testbed = await openTestbed({ pace: { minMs: 10, maxMs: 20 } });
  const receiver = await openReceiver({ secret, onAlert: (alert) => void alerts.push(alert) });
  const config = join(folder, "plumbline.yaml");
  writeFileSync(
    config,
    `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY }, client: { retries: 0, total: 6s } }
probes:
  - { name: valid, target: bed, scenario: valid-request, every: 1s }
receivers:
  oncall: { webhook: { url: "${receiver.url}", secrets: [{ env: BED_SECRET }], allowPrivate: true } }
judge: { learnRuns: 3, latencyFloorRatio: 50 }
`,
  );
  const env = { PLUMBLINE_DATA: copyDataFolder(join(folder, "data")), BED_KEY: testbed.key, BED_SECRET: secret };

  const first = await start(config, env);
  await eventually(async () => {
    const [probe] = (await first.overview()).probes;
    // Three runs make the baseline of the shape.
    expect(probe?.recent.filter(({ state }) => state === "done").length).toBeGreaterThan(4);
  });
  testbed.inject("field-removed");
  await eventually(() => expect(alerts.map(({ event }) => event)).toEqual(["opened"]));
  const before = await first.overview();
  first.child.kill("SIGKILL");
  await once(first.child, "exit");

  const second = await start(config, env);
  const after = await second.overview();
  expect(after.incidents.map(({ fingerprint, episode }) => [fingerprint, episode])).toEqual(
    before.incidents.map(({ fingerprint, episode }) => [fingerprint, episode]),
  );
  const kept = new Set(after.probes[0]?.recent.map(({ runId }) => runId));
  expect(before.probes[0]?.recent.filter(({ runId }) => !kept.has(runId))).toEqual([]);

  testbed.clear("field-removed");
  await eventually(() => expect(alerts.map(({ event }) => event)).toEqual(["opened", "resolved"]));
  expect(alerts[1]?.incidentId).toBe(alerts[0]?.incidentId);
  second.child.kill("SIGTERM");
  expect((await once(second.child, "exit"))[0]).toBe(0);

  // Every request belongs to a slot that was claimed for it.
  const requests = testbed.requests();
  const third = await start(config, env);
  const [probe] = (await third.overview()).probes;
  const claimed = probe?.recent.filter(
    ({ state }) => state === "done" || state === "claimed" || state === "interrupted",
  );
  expect(claimed?.length).toBeGreaterThan(8);
  expect(requests).toBeLessThanOrEqual(claimed?.length ?? 0);
  await receiver.close();
  await testbed.close();
  third.child.kill("SIGKILL");
  await once(third.child, "exit");

  // Nothing that was killed half way has left a secret behind, in its log or on its disk.
  const logs = [first, second, third].map((it) => it.log()).join("");
  expect(logs).toContain('"message":"run"');
  for (const text of [logs, ...filesIn(join(folder, "data"))]) {
    expect(text.includes(testbed.key) || text.includes(secret.slice(6))).toBe(false);
  }
});

function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), "latin1"));
}
