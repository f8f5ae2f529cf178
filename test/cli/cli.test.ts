import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { version } from "../../src/std/version.ts";
import { openTestbed } from "../../src/testbed/testbed.ts";
import { plumbline } from "../setup/plumbline.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("help and version are fine; what nobody knows is a usage error with a suggestion", async () => {
  expect(await plumbline(["--help"])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Exit codes") as string,
  });
  expect(await plumbline(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n` });
  expect(await plumbline(["validte"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Did you mean validate?") as string,
  });
  expect((await plumbline(["run", "--reporter", "xml"])).code).toBe(2);
});

test("init writes once and never overwrites; validate says what it costs, offline", async () => {
  const file = join(folder, "plumbline.yaml");
  expect(await plumbline(["init", file], { npm_command: "exec" })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`npx plumbline validate ${file}`),
  });
  const before = readFileSync(file, "utf8");
  const schema = /^# yaml-language-server: \$schema=(.*)/.exec(before)?.[1] ?? "";
  expect(existsSync(join(folder, schema)), schema).toBe(true);
  expect((await plumbline(["init", file])).code).toBe(2);
  expect(readFileSync(file, "utf8")).toBe(before);
  const valid = await plumbline(["validate", file]);
  expect(valid).toMatchObject({ code: 0, stderr: "" });
  expect(valid.stdout).toMatch(/total +672 +\d+ +\$0\.\d+/);
  expect(JSON.parse((await plumbline(["validate", file, "--json"])).stdout)).toMatchObject({ schema: 1 });
  expect(await plumbline(["validate", join(folder, "nowhere.yaml")])).toMatchObject({ code: 2, stdout: "" });
});

test("run reports on stdout, tells progress on stderr, knows its probes, and uses no colour off a terminal", async () => {
  const testbed = await openTestbed({ key: "sk-canary-key-for-run-0123456789" });
  const env = {
    PLUMBLINE_DEMO_TARGET: testbed.baseUrl,
    PLUMBLINE_DEMO_KEY: testbed.key,
    PLUMBLINE_DEMO_RECEIVER: "http://127.0.0.1:9",
    PLUMBLINE_DEMO_WEBHOOK_SECRET: "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz",
  };
  try {
    const run = await plumbline(["run", "valid", "bad-key", "--config", "config/demo.yaml", "--reporter", "json"], env);
    const printed = JSON.parse(run.stdout) as { data: { verdict: string; status: number }[] };
    expect(printed.data.map(({ status }) => status)).toEqual([200, 401]);
    expect(run.stderr).toContain("valid@default");
    expect(run.stdout + run.stderr).not.toContain(testbed.key);
    expect(testbed.requests()).toBe(2);
    const report = join(folder, "reports", "junit.xml");
    const words = ["run", "valid@default", "--reporter", `junit=${report}`, "--reporter", "github"];
    const broken = await plumbline([...words, "--config", "config/demo.yaml"], {
      ...env,
      PLUMBLINE_DEMO_KEY: "sk-a-wrong-key-0123456789",
    });
    expect(broken).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/^::error title=fail%3A valid on demo::.*status 401/),
    });
    expect(readFileSync(report, "utf8")).toMatch(/<failure[^]*timings: [^]*error: /);
    const pretty = await plumbline(["run", "valid", "--config", "config/demo.yaml"], env);
    expect(pretty.stdout).not.toContain("\u001B");
    expect(await plumbline(["run", "vald", "--config", "config/demo.yaml"], env)).toMatchObject({
      code: 2,
      stderr: "no probe is called vald; did you mean valid?\n",
    });
    expect((await plumbline(["run", "--config", "config/demo.yaml"])).stderr).toContain(
      "environment variable PLUMBLINE_DEMO_KEY",
    );
  } finally {
    await testbed.close();
  }
});

test("REDIS_URL alone is refused with the reason; a service that is not there is unhealthy", async () => {
  const file = join(folder, "start.yaml");
  await plumbline(["init", file]);
  const start = await plumbline(["start", "--config", file], {
    COMETAPI_KEY: "none-needed",
    REDIS_URL: "redis://127.0.0.1:1",
  });
  expect(start).toMatchObject({ code: 2, stderr: expect.stringContaining("Set DATABASE_URL too") as string });
  expect((await plumbline(["status", "--url", "http://127.0.0.1:1"])).code).toBe(5);
});

test("what start can't have is said with the next step, and without a password", async () => {
  const file = join(folder, "unheard.yaml");
  await plumbline(["init", file]);
  const env = { COMETAPI_KEY: "none-needed" };
  const database = { ...env, DATABASE_URL: "postgres://u:a-password@127.0.0.1:1/x" };
  const unreachable = await plumbline(["start", "--config", file, "--await-stores", "0s"], database);
  expect(unreachable.code).toBe(5);
  expect(unreachable.stderr).toBe(
    "plumbline: the database of DATABASE_URL can't be opened: connect ECONNREFUSED 127.0.0.1:1. Start it, or correct DATABASE_URL.\n",
  );
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const data = { ...env, PLUMBLINE_DATA: join(folder, "unheard") };
  const addressInUse = await plumbline(["start", "--config", file, "--listen", `127.0.0.1:${port}`], data);
  taken.close();
  expect(addressInUse.code).toBe(2);
  expect(addressInUse.stderr).toContain(`nothing can listen at 127.0.0.1:${port} (EADDRINUSE)`);
});
