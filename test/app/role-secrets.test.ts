import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { keepSecrets, secretSources } from "../../src/app/secrets.ts";
import { loadConfig } from "../../src/config/load.ts";
import { allRoles, type Role } from "../../src/config/roles.ts";
import { bareEnv } from "../setup/plumbline.ts";

const text = `
targets:
  main:
    baseUrl: { env: BASE_URL }
    model: gpt-4o-mini
    key: { env: TARGET_KEY }
    headers: { X-Tenant: { env: TENANT } }
    audit: { revokedKey: { env: REVOKED_KEY } }
probes: [{ name: one, target: main, scenario: valid-request, every: 1h }]
receivers:
  hook: { webhook: { url: { env: HOOK_URL }, secrets: [{ env: HOOK_SECRET }] } }
  pager: { pagerduty: { routingKey: { env: PAGER_KEY }, webhookSecret: { env: PAGER_EVENTS } } }
api:
  tokens: { ci: { scope: write, token: { env: API_TOKEN } } }
  linkKey: { env: LINK_KEY }
  publicUrl: https://plumbline.example.com
  openId: { issuer: "https://id.example.com", clientId: p, clientSecret: { env: OPEN_ID_SECRET }, readers: everybody }
heartbeat: { url: { env: HEARTBEAT_URL } }
`;
const values: Readonly<Record<string, string>> = {
  BASE_URL: "https://api.example.com/v1",
  TARGET_KEY: "a-key-of-the-target",
  TENANT: "a-tenant",
  REVOKED_KEY: "a-key-that-is-revoked",
  HOOK_URL: "https://hook.example.com/alerts",
  HOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
  OPEN_ID_SECRET: "a-secret-of-the-client",
  PAGER_EVENTS: "what-pagerduty-signs-with",
  PAGER_KEY: "0123456789abcdef0123456789abcdef",
  API_TOKEN: "a-token-of-the-api-that-is-long",
  LINK_KEY: "a-key-of-the-links-that-is-long",
  HEARTBEAT_URL: "https://alive.example.com/ping",
};
const neededBy: Readonly<Record<Role, readonly string[]>> = {
  scheduler: ["BASE_URL"],
  worker: ["BASE_URL", "REVOKED_KEY", "TARGET_KEY", "TENANT"],
  notifier: ["HEARTBEAT_URL", "HOOK_SECRET", "HOOK_URL", "LINK_KEY", "PAGER_KEY"],
  web: ["API_TOKEN", "BASE_URL", "LINK_KEY", "OPEN_ID_SECRET", "PAGER_EVENTS"],
};

const load = (env: Readonly<Record<string, string | undefined>>, roles: readonly Role[]) =>
  loadConfig({ file: "test", text }, { ...secretSources(env), scenarios: ["valid-request"], checkSecrets: roles });

test.each(allRoles)("%s starts with the secrets that it uses, misses each of them, and reads no other", (role) => {
  const needed = neededBy[role];
  const own = Object.fromEntries(needed.map((name) => [name, values[name]]));
  const loaded = load(own, [role]);
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));

  const read = new Set<string>();
  const env = new Proxy(values, {
    get: (target, name) => (read.add(String(name)), Reflect.get(target, name) as unknown),
  });
  keepSecrets(env, [], [role]).use(loaded.config);
  // Which hosts no proxy is asked for is no secret.
  const secrets = [...read].filter((name) => name.toUpperCase() !== "NO_PROXY");
  expect(secrets.toSorted()).toEqual(needed);

  for (const name of needed) expect(load({ ...own, [name]: undefined }, [role])).toHaveProperty("problems");
});

/** Starts one role on an embedded store; resolves to its address, or to what it wrote before it ended. */
async function started(role: Role, env: Readonly<Record<string, string | undefined>>, opened: AsyncDisposableStack) {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-role-"));
  opened.defer(() => Promise.resolve(rmSync(folder, { recursive: true, force: true })));
  writeFileSync(join(folder, "plumbline.yaml"), text);
  const words = [resolve("src/main.ts"), "start", "--role", role, "--listen", "127.0.0.1:0"];
  const child = spawn(process.execPath, words, { cwd: folder, env: { ...bareEnv, ...env } });
  const ended = once(child, "close");
  opened.defer(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  let output = "";
  for await (const line of createInterface(child.stderr)) {
    output += line;
    const [, url] = /"url":"([^"]+)"/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  return output;
}

test("web serves the API without the keys of targets and receivers; the scheduler serves health only", async () => {
  await using opened = new AsyncDisposableStack();
  const { API_TOKEN, BASE_URL, LINK_KEY, OPEN_ID_SECRET, PAGER_EVENTS } = values;
  const ask = async (url: string, path: string): Promise<number> =>
    (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${API_TOKEN}` } })).status;

  const web = await started("web", { API_TOKEN, BASE_URL, LINK_KEY, OPEN_ID_SECRET, PAGER_EVENTS }, opened);
  expect(await ask(web, "/api/v1/status")).toBe(200);

  const scheduler = await started("scheduler", { BASE_URL }, opened);
  expect(await ask(scheduler, "/healthz")).toBe(200);
  expect(await ask(scheduler, "/metrics")).toBe(200);
  expect(await ask(scheduler, "/api/v1/status")).toBe(404);
  expect(await ask(scheduler, "/act")).toBe(404);

  expect(await started("worker", { BASE_URL }, opened)).toContain("TARGET_KEY");
});
