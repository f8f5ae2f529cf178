import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "../../src/config/roles.ts";
import { keepSecrets, secretSources } from "../../src/app/secrets.ts";
import { openService } from "../../src/app/service.ts";
import { loadConfig } from "../../src/config/load.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { openTestbed } from "../../src/testbed/testbed.ts";
import { answer, startReceiver } from "../notify/http-receiver.ts";
import { freshDatabase, freshRedis } from "../setup/databases.ts";
import { eventually } from "../setup/eventually.ts";

const opened = new AsyncDisposableStack();
const lines: string[] = [];
let open: (roles: readonly Role[], isListening: boolean) => ReturnType<typeof openService>;
const user = "roll-call";
let redis: Redis;
let beats = (): number => 0;
let alerts = (): number => 0;

beforeAll(async () => {
  const database = opened.adopt(await freshDatabase(), (it) => it.drop());
  const server = opened.adopt(await freshRedis(), (it) => it.drop());
  const testbed = opened.adopt(await openTestbed({ pace: { minMs: 5, maxMs: 10 } }), (it) => it.close());
  const heart = opened.use(await startReceiver(answer(200)));
  const pager = opened.use(await startReceiver(answer(200)));
  redis = opened.adopt(new Redis(server.url), (it) => it.disconnect());
  // Other tests use the same server: only this user loses its right to write.
  const limited = new URL(server.url);
  [limited.username, limited.password] = [user, "roll-call"];
  await redis.call("ACL", "SETUSER", user, "on", ">roll-call", "~*", "&*", "+@all");
  opened.defer(async () => void (await redis.call("ACL", "DELUSER", user)));
  [beats, alerts] = [() => heart.received.length, () => pager.received.length];
  const text = `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY }, client: { retries: 0 } }
  refusing: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, client: { retries: 0 } }
probes:
  - { name: fine, target: bed, scenario: valid-request, every: 1s, locations: [roll] }
  - { name: failing, target: refusing, scenario: valid-request, every: 1s, locations: [roll] }
heartbeat: { url: "${heart.url}", every: 500ms, allowPrivate: true }
receivers:
  pager: { webhook: { url: "${pager.url}", secrets: [{ env: HOOK }], allowPrivate: true } }
`;
  const env = { BED_KEY: testbed.key, HOOK: `whsec_${Buffer.alloc(32, 7).toString("base64")}` };
  const loaded = loadConfig(
    { file: "test", text },
    { ...secretSources(env), scenarios: ["valid-request"], checkSecrets: true },
  );
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  open = async (roles, isListening) => {
    const secrets = keepSecrets(env);
    return openService(loaded.config, {
      env,
      secrets,
      storage: { kind: "production", databaseUrl: database.url, redisUrl: limited.href },
      roles,
      locations: [],
      concurrency: 4,
      reconcileMs: 3000,
      listen: isListening ? { host: "127.0.0.1", port: 0 } : undefined,
      log: createLog({ write: (line) => void lines.push(line) }, "info", secrets.redact),
    });
  };
});
afterAll(() => opened.disposeAsync());

const ready = async (url: string | undefined) => {
  const reply = await fetch(`${url}/readyz`);
  return { status: reply.status, ...((await reply.json()) as { reasons: string[] }) };
};

test("a notifier that is gone, and a queue that refuses writes: not ready in plain words, and no heartbeat", async () => {
  const others = opened.adopt(await open(["scheduler", "worker", "web"], true), (it) => it.stop());
  const notifier = await open(["notifier"], false);
  await eventually(async () => {
    expect(await ready(others.url)).toEqual({ status: 200, ready: true, reasons: [], warnings: [] });
    expect(beats()).toBeGreaterThan(0);
  });

  await notifier.stop();
  const absent = /^no process has been notifier for \d+ s: alerts are not delivered$/;
  await eventually(async () => {
    expect(await ready(others.url)).toMatchObject({ status: 503, reasons: [expect.stringMatching(absent)] });
    expect((await others.overview()).deliveries.pending + alerts()).toBeGreaterThan(0);
  });
  await eventually(() => {
    const withheld = lines.filter((line) => line.includes("heartbeat withheld")).at(-1) ?? "";
    expect(withheld).toContain("no process has been notifier");
  });
  expect(await (await fetch(`${others.url}/metrics`)).text()).toMatch(
    /^plumbline_role_held\{[^}]*plumbline_role="notifier"[^}]*\} 0$/m,
  );

  const again = opened.adopt(await open(["notifier"], false), (it) => it.stop());
  const before = beats();
  await eventually(async () => {
    expect(await ready(others.url)).toMatchObject({ status: 200, reasons: [] });
    expect(beats()).toBeGreaterThan(before);
    expect(alerts()).toBeGreaterThan(0);
  });

  await redis.call("ACL", "SETUSER", user, "-set");
  await eventually(async () => {
    const { status, reasons } = await ready(others.url);
    expect(status).toBe(503);
    expect(reasons).toContain("the queue can't be written (NOPERM): slots are lost");
  });
  await redis.call("ACL", "SETUSER", user, "+set");
  await eventually(async () => expect(await ready(others.url)).toMatchObject({ status: 200 }));
  expect(again.url).toBeUndefined();
});
