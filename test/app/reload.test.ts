import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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

const folder = mkdtempSync(join(tmpdir(), "plumbline-reload-"));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

interface Line {
  readonly message: string;
  readonly url?: string;
  readonly reason?: string;
  readonly probe?: string;
}

function start(config: string, env: Record<string, string>) {
  const child = spawn(process.execPath, ["src/main.ts", "start", "--config", config, "--listen", "127.0.0.1:0"], {
    env: { ...bareEnv, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  children.push(child);
  let log = "";
  child.stderr.on("data", (piece: Buffer) => (log += piece.toString()));
  return {
    child,
    log: () => log,
    lines: () =>
      log
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as Line),
  };
}

test("a configuration is taken over while it runs; a broken one is not, and says why", async () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const alerts: Alert[] = [];
  await using opened = new AsyncDisposableStack();
  const testbed = await openTestbed({ pace: { minMs: 10, maxMs: 20 } });
  opened.defer(() => testbed.close());
  const receiver = await openReceiver({ secret, onAlert: (alert) => void alerts.push(alert) });
  opened.defer(() => receiver.close());
  const file = join(folder, "plumbline.yaml");
  const text = (probes: string): string => `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY }, client: { retries: 0 } }
  refusing: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, client: { retries: 0 } }
probes:
${probes}
receivers:
  oncall: { webhook: { url: "${receiver.url}", secrets: [{ env: BED_SECRET }], allowPrivate: true } }
`;
  const first = "  - { name: first, target: bed, scenario: valid-request, every: 1s }";
  const failing = "  - { name: failing, target: refusing, scenario: valid-request, every: 1s }";
  const second = "  - { name: second, target: bed, scenario: valid-request, every: 1s }";
  writeFileSync(file, text(`${first}\n${failing}`));
  const service = start(file, {
    BED_KEY: testbed.key,
    BED_SECRET: secret,
    PLUMBLINE_DATA: copyDataFolder(join(folder, "data")),
  });
  const url = await eventually(() => {
    const told = service.lines().find(({ message }) => message === "started")?.url;
    if (told === undefined) throw new Error(service.log());
    return told;
  });
  const status = async () =>
    (await (await fetch(`${url}/api/v1/status`)).json()) as { data: Overview; health: { ready: boolean } };
  const events = (): string[] =>
    alerts.map((alert) => `${alert.event} ${alert.probe} ${JSON.stringify(alert.changes)}`);
  await eventually(() => expect(events().some((it) => it.startsWith("opened failing"))).toBe(true));
  const inForce = async (): Promise<string | undefined> =>
    /^plumbline_config_last_reload_successful(?:\{[^}]*\})? (\d)$/m.exec(
      await (await fetch(`${url}/metrics`)).text(),
    )?.[1];
  expect(await inForce()).toBe("1");

  writeFileSync(file, text("  - { name: first, target: nowhere, scenario: valid-request, evry: 1s }"));
  service.child.kill("SIGHUP");
  await eventually(() => {
    const line = service.lines().find(({ message }) => message.startsWith("configuration rejected"));
    expect(line?.reason).toMatch(
      /probes\[0\]\.evry \(line 5\): expected a known key, got "evry"; did you mean "every"\?/,
    );
    const opened = alerts.filter((alert) => alert.event === "opened");
    expect(opened.map(({ nextStep }) => nextStep)).toContainEqual(expect.stringContaining("plumbline validate"));
  });
  expect(await inForce()).toBe("0");
  const runs = (probe: string): number =>
    service.lines().filter((line) => line.message === "run" && line.probe === `${probe}@default`).length;
  const before = runs("first");
  await eventually(() => expect(runs("first")).toBeGreaterThan(before + 1));

  // Found by itself: nobody sends a signal.
  writeFileSync(file, text(`${first}\n${second}`));
  await eventually(() => {
    expect(service.lines().some(({ message }) => message === "configuration reloaded")).toBe(true);
    expect(runs("second")).toBeGreaterThan(1);
    expect(events().some((it) => it.startsWith("resolved") && it.includes("configuration"))).toBe(true);
    expect(events().some((it) => it.startsWith("resolved failing"))).toBe(true);
  });
  const closed = alerts.find(
    (alert) => alert.event === "resolved" && JSON.stringify(alert).includes("failing@default"),
  );
  expect(JSON.stringify(closed)).toContain("no longer configured");
  expect(await inForce()).toBe("1");
  const { data, health } = await status();
  expect(health.ready).toBe(true);
  expect(data.incidents).toEqual([]);
  const gone = runs("failing");
  const atThatTime = runs("second");
  await eventually(() => expect(runs("second")).toBeGreaterThan(atThatTime + 2));
  expect(runs("failing")).toBe(gone);
  expect(service.log()).not.toContain(testbed.key);
});
