import net from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { keepSecrets, secretSources } from "../../src/app/secrets.ts";
import { openService } from "../../src/app/service.ts";
import { loadConfig } from "../../src/config/load.ts";
import { allRoles } from "../../src/config/roles.ts";
import { silentLog } from "../../src/std/log.ts";
import { freshDatabase } from "../setup/databases.ts";
import { eventually } from "../setup/eventually.ts";
import { listen } from "./hostile-provider.ts";

/** Longer than a statement may take, so that every connection has to be given up. */
const frozenForMs = 13_000;
const everyMs = 1_000;

/** Forwards to PostgreSQL; while it is frozen, connections stay open and nothing passes. */
async function freezingProxy(url: URL, opened: AsyncDisposableStack) {
  let isFrozen = false;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(url.port), url.hostname);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on("data", (piece) => isFrozen || other.write(piece));
      one.on("error", () => {});
      one.on("close", () => {
        sockets.delete(one);
        if (!isFrozen) other.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const through = new URL(url);
  through.hostname = "127.0.0.1";
  through.port = String((server.address() as net.AddressInfo).port);
  return { url: through.href, freeze: (isNow: boolean) => void (isFrozen = isNow) };
}

test("a database that stands still and comes back: the heart beats again within seconds, and probes run", async () => {
  await using opened = new AsyncDisposableStack();
  const { url, drop } = await freshDatabase();
  opened.defer(drop);
  const proxy = await freezingProxy(new URL(url), opened);
  const beats: number[] = [];
  let requests = 0;
  const target = opened.use(
    await listen((request, response) => {
      request.resume().on("end", () => {
        if (request.url === "/heartbeat") beats.push(performance.now());
        else requests += 1;
        response.writeHead(request.url === "/heartbeat" ? 200 : 404, { "content-type": "application/json" });
        response.end(
          '{"error":{"message":"The model does not exist","type":"invalid_request_error","code":"model_not_found"}}',
        );
      });
    }),
  );
  const text = `
targets:
  mini: { baseUrl: "${target.url}/v1", model: gpt-4o-mini }
probes:
  - { name: valid, target: mini, scenario: missing-model, every: 1s }
heartbeat: { url: "${target.url}/heartbeat", every: ${everyMs / 1000}s, allowPrivate: true }
`;
  const loaded = loadConfig(
    { file: "test", text },
    { ...secretSources({}), scenarios: ["missing-model"], checkSecrets: allRoles },
  );
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  const service = await openService(loaded.config, {
    env: {},
    secrets: keepSecrets({}),
    storage: { kind: "postgres", databaseUrl: proxy.url },
    roles: allRoles,
    locations: [],
    concurrency: 4,
    reconcileMs: 1000,
    listen: { host: "127.0.0.1", port: 0 },
    log: silentLog,
  });
  opened.defer(() => service.stop());
  await eventually(() => expect(beats.length).toBeGreaterThan(2));

  proxy.freeze(true);
  await new Promise((resolve) => setTimeout(resolve, frozenForMs));
  proxy.freeze(false);
  const thawedMs = performance.now();
  const [beatsBefore, requestsBefore] = [beats.length, requests];
  await eventually(() => expect(beats.length).toBeGreaterThan(beatsBefore + 1));
  await eventually(() => expect(requests).toBeGreaterThan(requestsBefore + 1));
  const firstMs = (beats[beatsBefore] ?? 0) - thawedMs;
  expect(firstMs).toBeLessThan(20_000);
}, 240_000);
