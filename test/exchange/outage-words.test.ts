import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpsServer, type ServerOptions } from "node:https";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCertificates } from "../notify/certificates.ts";
import { startProxy } from "../setup/connect-proxy.ts";
import { openPlayer } from "../wire/play.ts";
import { policy } from "./policy.ts";

/** What a person reads when a target is out, from a real connection to the summary of the alert. */
const folder = mkdtempSync(join(tmpdir(), "plumbline-outage-"));
const made = makeCertificates("localhost");
const other = makeCertificates("another.example");
const file = (name: string, pem: string): { readonly file: string } => {
  writeFileSync(join(folder, name), pem);
  return { file: join(folder, name) };
};
const servers: Server[] = [];
const sockets = new Set<Socket>();

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on("tlsClientError", () => {});
  server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => {})));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
}

const https = (options: ServerOptions): Promise<number> =>
  listen(createHttpsServer({ key: made.key, ...options }, (_request, response) => response.end("{}")));

const ports = { expired: 0, unknown: 0, named: 0, mutual: 0, mutual12: 0, plain: 0, closed: 0 };

beforeAll(async () => {
  const mutual = { cert: made.cert, ca: made.cert, requestCert: true, rejectUnauthorized: true };
  ports.expired = await https({ cert: made.expired });
  ports.unknown = await https({ cert: made.cert });
  ports.named = await https({ key: other.key, cert: other.cert });
  ports.mutual = await https(mutual);
  ports.mutual12 = await https({ ...mutual, maxVersion: "TLSv1.2" });
  ports.plain = await listen(createTcpServer((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n")));
  ports.closed = await listen(createTcpServer());
  await new Promise((done) => servers.pop()?.close(done));
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  rmSync(folder, { recursive: true });
});

async function summaryOf(baseUrl: string, ca?: string, proxy?: string): Promise<string | undefined> {
  const tls = ca === undefined ? undefined : { ca: file("ca.pem", ca) };
  const player = openPlayer(baseUrl, "valid-request", { policy: { ...policy, retries: 0, tls, proxy } });
  try {
    const runs = [await player.run(), await player.run(), await player.run()];
    return runs.flatMap(({ alerts }) => alerts.map(({ summary }) => summary)).at(-1);
  } finally {
    await player.close();
  }
}

/** Yesterday's end of the certificate, which no test can know better than the certificate itself. */
const minute = String.raw`\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC`;

test.each<[string, () => string, string | undefined, RegExp]>([
  ["nobody listens", () => `http://127.0.0.1:${ports.closed}`, undefined, /connection refused \(127\.0\.0\.1:\d+\)/],
  ["no such name", () => "http://no-such-host.invalid", undefined, /no such host \(no-such-host\.invalid\)/],
  [
    "the certificate has expired",
    () => `https://localhost:${ports.expired}`,
    made.expired,
    new RegExp(String.raw`certificate expired ${minute} \(localhost:\d+\)`),
  ],
  [
    "an unknown authority",
    () => `https://localhost:${ports.unknown}`,
    undefined,
    /certificate not trusted, .* \(local/,
  ],
  [
    "another name",
    () => `https://localhost:${ports.named}`,
    other.cert,
    /certificate is for another host \(localhost:/,
  ],
  [
    "a client certificate",
    () => `https://localhost:${ports.mutual}`,
    made.cert,
    /the server wants a client certificate/,
  ],
  [
    "the same in TLS 1.2",
    () => `https://localhost:${ports.mutual12}`,
    made.cert,
    /.* it may want a client certificate/,
  ],
  ["no TLS there", () => `https://localhost:${ports.plain}`, undefined, /the handshake failed/],
])("%s", async (_what, url, ca, words) => {
  expect(await summaryOf(`${url()}/v1`, ca)).toMatch(new RegExp(`^mini valid-request: no reply: ${words.source}`));
});

test("through a proxy the words are the same", async () => {
  await using proxy = await startProxy();
  const through = `http://127.0.0.1:${proxy.port}`;
  const words = await summaryOf(`https://localhost:${ports.expired}/v1`, made.expired, through);
  expect(words).toMatch(new RegExp(`certificate expired ${minute}`));
  expect(await summaryOf(`https://localhost:${ports.mutual}/v1`, made.cert, through)).toContain("wants a client cert");
});
