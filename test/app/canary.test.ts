import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import pg from "pg";
import { afterEach, expect, inject, test, vi } from "vitest";
import { worldAt } from "../../src/app/mcp.ts";
import { serveHttp } from "../../src/mcp/serve.ts";
import { startReceiver } from "../notify/http-receiver.ts";
import { freshDatabase } from "../setup/databases.ts";
import { completion, hostileProvider, listen, prompt } from "./hostile-provider.ts";
import { collectTelemetry, everyKey, everyRow, expectNone, expectWritten, startWatched } from "./watched-service.ts";
import { eventually } from "../setup/eventually.ts";

afterEach(() => vi.unstubAllEnvs());

/** Of no form that keys are recognised by: only who knows it can find it. */
const key = "canaryKEY.3f9a1c77d2/Qz+9";
const hookSecret = `whsec_${Buffer.from("canary-of-the-webhook-secret-32b").toString("base64")}`;

const sha = createHash("sha256").update(key).digest("hex");
const echoes = [
  key,
  Buffer.from(key).toString("base64"),
  encodeURIComponent(key),
  JSON.stringify(key),
  key.slice(0, 9),
  `${key.slice(0, 4)}****${key.slice(-4)}`,
  sha,
];

/** Whatever must not be found anywhere, in every usual spelling, cut at eight. */
const forbidden = [key, prompt, completion, hookSecret.slice(6)].flatMap((text) => [
  text.slice(0, 8) === "canary p" || text.slice(0, 8) === "canary c" ? text.slice(0, 18) : text.slice(0, 8),
  Buffer.from(text).toString("base64").slice(0, 12),
  Buffer.from(text).toString("hex").slice(0, 16),
  encodeURIComponent(text),
  // Of a completion the hash is a fact that is kept.
  ...(text === completion ? [] : [createHash("sha256").update(text).digest("hex").slice(0, 10)]),
]);

/** The pages, with one of each kind that they link to. */
async function everyPage(ask: (path: string) => Promise<string>): Promise<string[]> {
  const lists = await Promise.all(
    ["/", "/incidents?state=all", "/baselines", "/spend", "/quiet", "/sessions"].map(ask),
  );
  const text = lists.join("\n");
  const linked = ["incidents", "probes", "baselines"].flatMap((kind) => {
    const found = new RegExp(`href="(/${kind}/[^"]+)"`).exec(text)?.[1];
    return found === undefined ? [] : [found];
  });
  const pages = await Promise.all(linked.map(ask));
  const run = /href="(\/runs\/[^"]+)"/.exec(pages.join("\n"))?.[1];
  expect([linked.length, run === undefined]).toEqual([3, false]);
  return [...lists, ...pages, await ask(run ?? "")];
}

/** What `plumbline mcp` says of it, asked as an assistant does. */
async function everyAnswerToAssistants(url: string): Promise<string[]> {
  await using mcp = await serveHttp({ host: "127.0.0.1", port: 0, scope: "read", worldOf: () => worldAt(url) });
  const client = new Client({ name: "canary", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(mcp.url)) as Transport);
  const say = async (name: string, given = {}): Promise<string> => {
    const { content, isError = false } = await client.callTool({ name, arguments: given });
    expect([name, isError]).toEqual([name, false]);
    return JSON.stringify(content);
  };
  const lists = await Promise.all(
    ["get_status", "list_incidents", "what_changed", "list_baselines"].map((name) => say(name)),
  );
  const run = /\\"runId\\":\\"([^"\\]+)/.exec(lists.join("\n"))?.[1] ?? "";
  const incident = /\\"id\\":\\"([0-9a-f]{8,}-\d+)\\"/.exec(lists[1] ?? "")?.[1] ?? "";
  const [aRun, anIncident] = [await say("get_run", { id: run }), await say("get_incident", { id: incident })];
  await client.close();
  return [...lists, aRun, anIncident];
}

test("key, prompt and completion reach no sink of the whole service, not even when it breaks (I6)", async () => {
  await using opened = new AsyncDisposableStack();
  const notified = await collectTelemetry(opened);
  const provider = opened.use(await listen(hostileProvider(() => echoes)));
  const receiver = opened.use(await startReceiver((response) => void response.writeHead(204).end()));
  const database = opened.adopt(await freshDatabase(), (it) => it.drop());
  const text = `targets:
  bad: { baseUrl: "${provider.url}/v1", model: gpt-4o-mini, key: { env: CANARY_KEY }, client: { connect: 500ms, firstByte: 1s, firstContent: 1s, idle: 1s, total: 1s, retries: 0 } }
  query: { baseUrl: "${provider.url}/v1", model: gpt-4o-mini, key: { env: CANARY_KEY }, client: { connect: 500ms, firstByte: 1s, firstContent: 1s, idle: 1s, total: 1s } }
scenarios:
  secretive:
    ask: { messages: [{ role: user, content: "${prompt}" }], maxTokens: 5 }
    expect: { status: 200 }
probes:
  - { name: own, target: bad, scenario: secretive, every: 1s }
  - { name: valid, target: query, scenario: valid-request, every: 1s }
  - { name: streamed, target: bad, scenario: streamed-request, every: 1s }
  - { name: invalid, target: query, scenario: invalid-key, every: 1s }
receivers:
  oncall: { webhook: { url: "${receiver.url}", secrets: [{ env: CANARY_HOOK }], allowPrivate: true } }
`;
  const env = { ...process.env, CANARY_KEY: key, CANARY_HOOK: hookSecret };
  const scenarios = ["valid-request", "streamed-request", "invalid-key"];
  const storage = { databaseUrl: database.url, redisUrl: inject("redisUrl") };
  const { service, lines } = await startWatched(text, env, scenarios, storage);
  const runs = (): number => lines.filter((line) => line.includes('"message":"run"')).length;
  await eventually(() => expect(runs()).toBeGreaterThan(40));
  await eventually(() => expect(receiver.received.length).toBeGreaterThan(0));

  const ask = async (path: string): Promise<string> => (await fetch(`${service.url}${path}`)).text();
  const rows = await everyRow(database.url);
  const web = [
    await ask("/metrics"),
    await ask("/api/v1/status"),
    await ask("/readyz"),
    await ask("/api/v1/incidents"),
    ...(await everyPage(ask)),
    ...(await everyAnswerToAssistants(service.url ?? "")),
  ];

  // And now it breaks: every job throws what PostgreSQL says.
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("ALTER TABLE plumbline.runs RENAME TO elsewhere");
  await eventually(() => expect(lines.filter((it) => it.includes("queue job failed")).length).toBeGreaterThan(3));
  await client.query("ALTER TABLE plumbline.elsewhere RENAME TO runs");
  await client.end();
  const redis = await everyKey(storage.redisUrl);
  await service.stop();

  const dashboards = readdirSync("helm/files/dashboards").map((it) =>
    readFileSync(`helm/files/dashboards/${it}`, "utf8"),
  );
  const sinks = {
    rows,
    redis,
    telemetry: notified.join("\n"),
    log: lines.join("\n"),
    alerts: receiver.received.map(({ body, headers }) => `${body} ${JSON.stringify(headers)}`).join("\n"),
    web: web.join("\n"),
    dashboards: dashboards.join("\n"),
  };
  expect(rows).toContain('"opened"');
  expect(sinks.telemetry).toContain("resourceLogs");
  expect(sinks.telemetry).toContain("resourceSpans");
  expectWritten(sinks);
  expectNone(forbidden, sinks);
});
