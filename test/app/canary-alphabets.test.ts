import { afterEach, expect, test, vi } from "vitest";
import { startReceiver } from "../notify/http-receiver.ts";
import { freshDatabase, freshRedis } from "../setup/databases.ts";
import { oddSecrets, spellingsOf, tracesOf } from "../std/secret-spellings.ts";
import { completion, hostileProvider, listen, prompt } from "./hostile-provider.ts";
import { collectTelemetry, everyKey, everyRow, expectNone, expectWritten, startWatched } from "./watched-service.ts";
import { eventually } from "../setup/eventually.ts";

afterEach(() => vi.unstubAllEnvs());

const keys = Object.values(oddSecrets);
const spellings = keys.map((key) => Object.values(spellingsOf(key)));
const linkKey = "canary-link-key-0123456789abcdef";
const publicUrl = "https://plumbline.example.com";
const forbidden = [...keys.flatMap(tracesOf), linkKey, prompt.slice(0, 18), completion.slice(0, 22)];
const scenarios = ["valid-request", "streamed-request"];

/** Every page and every answer to a GET: those of the API's document, those of `paths`, and all that is linked. */
async function readAll(url: string, paths: readonly string[]): Promise<Map<string, string>> {
  const read = new Map<string, string>();
  const document = (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as { paths: Record<string, object> };
  const asked = Object.entries(document.paths).flatMap(([path, methods]) => ("get" in methods ? [path] : []));
  const ids = async (path: string): Promise<string[]> => {
    const { data } = (await (await fetch(`${url}${path}`)).json()) as {
      data: readonly { id?: string; runId?: string; series?: { id: string } }[];
    };
    return data.slice(0, 20).flatMap(({ id, runId, series }) => id ?? runId ?? series?.id ?? []);
  };
  const probes = await ids("/api/v1/probes");
  const runs = (await Promise.all(probes.map((id) => ids(`/api/v1/runs?probe=${encodeURIComponent(id)}`)))).flat();
  const known: Record<string, readonly string[]> = {
    incidents: await ids("/api/v1/incidents"),
    baselines: await ids("/api/v1/baselines"),
    probes,
    runs,
  };
  const open = asked.flatMap((path) => {
    if (path === "/api/v1/runs") return probes.map((id) => `${path}?probe=${encodeURIComponent(id)}`);
    const kind = /^\/api\/v1\/(\w+)\/\{id\}/.exec(path)?.[1];
    return kind === undefined
      ? [path]
      : (known[kind] ?? []).map((id) =>
          path
            .replace("{id}", encodeURIComponent(id))
            .replace(/chart$/, `$&?from=${Date.now() - 3_600_000}&to=${Date.now()}`),
        );
  });
  open.push(...paths, "/metrics", "/readyz", "/healthz", "/", "/api/v1/incidents?state=all");
  for (const format of ["ndjson", "csv"])
    open.push(`/api/v1/observations?from=2020-01-01T00:00:00Z&until=2100-01-01T00:00:00Z&format=${format}`);
  // The service answers a caller 600 times a minute: a few pages of each kind are followed.
  const followed = new Map<string, number>();
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (read.has(path)) continue;
    const answer = await eventually(async () => {
      const reply = await fetch(`${url}${path}`);
      expect(reply.status, "the limit of requests").not.toBe(429);
      return reply;
    });
    const text = await answer.text();
    read.set(path, `${answer.status} ${JSON.stringify(Object.fromEntries(answer.headers))} ${text}`);
    if (answer.headers.get("content-type")?.startsWith("text/html") !== true) continue;
    for (const [, to = ""] of text.matchAll(/href="(\/[^"#]*)"/g)) {
      const kind = to.replace(/(?<=^\/\w+\/)[^/?]+/, "").replace(/=.*/, "");
      const times = followed.get(kind) ?? 0;
      followed.set(kind, times + 1);
      if (times < 3) open.push(to.replaceAll("&amp;", "&"));
    }
  }
  return read;
}

/** The signed path of each action that the alerts offer, from the newest alert that does. */
function actionLinks(received: readonly { readonly body: string }[]): Map<string, string> {
  const urls = received.flatMap(({ body }) => {
    const { data } = JSON.parse(body) as { data: { status: string; controls?: readonly { readonly url: string }[] } };
    return data.status === "resolved" ? [] : (data.controls ?? []).map(({ url }) => new URL(url));
  });
  return new Map(urls.map((url) => [url.searchParams.get("do") ?? "", `${url.pathname}${url.search}`]));
}

test("keys of every alphabet, said again in every spelling, are nowhere in what the system wrote", async () => {
  await using opened = new AsyncDisposableStack();
  const notified = await collectTelemetry(opened);
  const provider = opened.use(
    await listen(hostileProvider(({ url = "" }) => spellings[Number(/^\/t(\d+)/.exec(url)?.[1])] ?? [])),
  );
  const receiver = opened.use(await startReceiver((response) => void response.writeHead(204).end()));
  const database = opened.adopt(await freshDatabase(), (it) => it.drop());
  const redis = opened.adopt(await freshRedis(), (it) => it.drop());
  const client = "{ connect: 500ms, firstByte: 700ms, firstContent: 700ms, idle: 700ms, total: 1s, retries: 0 }";
  const text = `targets:
${keys.map((_, at) => `  t${at}: { baseUrl: "${provider.url}/t${at}/v1", model: gpt-4o-mini, key: { env: CANARY_${at} }, client: ${client} }`).join("\n")}
scenarios:
  secretive: { ask: { messages: [{ role: user, content: "${prompt}" }], maxTokens: 5 }, expect: { status: 200 } }
probes:
${keys.map((_, at) => `  - { name: own${at}, target: t${at}, scenario: secretive, every: 1s }\n  - { name: streamed${at}, target: t${at}, scenario: streamed-request, every: 2s }`).join("\n")}
receivers:
  oncall: { webhook: { url: "${receiver.url}", secrets: [{ env: CANARY_HOOK }], allowPrivate: true } }
judge: { learnRuns: 3 }
api: { publicUrl: "${publicUrl}", linkKey: { env: CANARY_LINK } }
`;
  const env = {
    ...process.env,
    ...Object.fromEntries(keys.map((key, at) => [`CANARY_${at}`, key])),
    CANARY_LINK: linkKey,
    CANARY_HOOK: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
  };
  const storage = { databaseUrl: database.url, redisUrl: redis.url };
  const { service, lines } = await startWatched(text, env, scenarios, storage, 8);
  opened.defer(() => service.stop());
  const runsOf = (at: number): number =>
    lines.filter((line) => line.includes('"message":"run"') && line.includes(`"own${at}@`)).length;
  await eventually(() => expect(keys.map((_, at) => runsOf(at)).filter((runs) => runs < 25)).toEqual([]));
  await eventually(() => expect(receiver.received.length).toBeGreaterThan(keys.length / 2));
  const url = service.url ?? "";
  const links = actionLinks(receiver.received);
  const read = await readAll(url, [...links.values()]);
  const acknowledged = await fetch(`${url}${links.get("acknowledge")}`, {
    method: "POST",
    body: new URLSearchParams({ why: "canary" }),
  });
  read.set("acknowledged", `${acknowledged.status} ${await acknowledged.text()}`);
  await service.stop();

  // Refused are an action without its signature, the account and the export without their dates, and what a
  // series that still learns has not.
  const refused = [...read].filter(([, answer]) => !answer.startsWith("200 ")).map(([path]) => path);
  const isLearning = (path: string): boolean => /\/(?:diff|export)$/.test(path);
  expect(refused.filter((path) => !isLearning(path)).toSorted()).toEqual([
    "/act",
    "/api/v1/account",
    "/api/v1/observations",
  ]);
  for (const kind of ["incidents/", "baselines/", "runs/", "observations?"])
    expect([...read.keys()].filter((path) => path.startsWith(`/api/v1/${kind}`)).length, kind).toBeGreaterThan(1);
  for (const [path, answer] of read)
    if (path.includes("format=")) expect(answer.split("\n").length, path).toBeGreaterThan(200);
  expect([...read.keys()].filter(isLearning).length - refused.filter(isLearning).length).toBeGreaterThan(0);
  expect(read.size).toBeGreaterThan(200);
  expect(read.get("/metrics")).toContain("probe_success");
  const written = {
    rows: await everyRow(database.url),
    redis: await everyKey(redis.url),
    telemetry: notified.join("\n"),
    log: lines.join("\n"),
    alerts: receiver.received.map(({ body, headers }) => `${body} ${JSON.stringify(headers)}`).join("\n"),
  };
  expectWritten(written);
  expectNone(forbidden, { ...written, ...Object.fromEntries(read) });
});
