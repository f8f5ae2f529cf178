import { chat } from "../../src/protocol/chat/chat.ts";
import type { Socket as Drip } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Attempt, HttpRequest } from "../../src/exchange/exchange.ts";
import { createLoopGauge } from "../../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../../src/exchange/undici-attempt.ts";
import { systemClock } from "../../src/std/clock.ts";
import { policy } from "./policy.ts";
import { httpServer, rawServer, type TestServer } from "./server.ts";
import { eventually } from "../setup/eventually.ts";

const attempts = createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "test" });
const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function served(server: Promise<TestServer>): Promise<TestServer> {
  servers.push(await server);
  return server;
}

function ask(
  url: string,
  overrides: Partial<typeof policy> = {},
  headers: Record<string, string> = {},
): Promise<Attempt> {
  const request: HttpRequest = { method: "POST", url: `${url}/chat/completions`, headers, body: "{}", reader: chat };
  return attempts.attempt(request, { ...policy, ...overrides }, 1);
}

const head = (type: string): string => `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\nconnection: close\r\n\r\n`;
const chunk = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;

describe("replies", () => {
  test("JSON after blank lines is JSON; identity is asked for; the connection is fresh and closed", async () => {
    let encoding: string | undefined;
    const server = await served(
      httpServer((request, response) => {
        encoding = request.headers["accept-encoding"];
        response.writeHead(200, { "content-type": "application/json" }).end('\n\n\n{"a":1}');
      }),
    );
    const { outcome, timings, connection } = await ask(server.url);
    expect(outcome).toMatchObject({ kind: "reply", status: 200, body: { form: "json", value: { a: 1 } } });
    expect(encoding).toBe("identity");
    expect(connection).toBe("fresh");
    expect(timings.connectedMs).toBeGreaterThan(0);
    expect(timings.totalMs).toBeGreaterThanOrEqual(timings.firstByteMs ?? Number.POSITIVE_INFINITY);
    await eventually(() => expect(server.open()).toBe(0));
  });

  test("with reuse the second attempt takes the first one's connection", async () => {
    const server = await served(httpServer((_request, response) => void response.end("{}")));
    await ask(server.url, { connection: "reused" });
    const second = await ask(server.url, { connection: "reused" });
    expect(second).toMatchObject({ connection: "reused", outcome: { kind: "reply" } });
    expect(server.connections()).toBe(1);
  });

  test("a redirect is a reply and is not followed", async () => {
    const elsewhere = await served(httpServer((_request, response) => void response.end()));
    const server = await served(
      httpServer((_request, response) => void response.writeHead(301, { location: elsewhere.url }).end()),
    );
    expect((await ask(server.url)).outcome).toMatchObject({ kind: "reply", status: 301 });
    expect(elsewhere.connections()).toBe(0);
  });

  test("what is compressed in spite of being asked not to is never unpacked", async () => {
    const server = await served(
      httpServer(
        (_request, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(Buffer.alloc(1000, 7)),
      ),
    );
    expect((await ask(server.url)).outcome).toMatchObject({ body: { form: "text", bytes: 1000 } });
  });
});

describe("streams", () => {
  test.each([
    ["complete", chunk("a") + chunk("", "stop") + "data: [DONE]\n\n", "complete"],
    [
      "with comments and CRLF",
      ": keep-alive\r\n\r\n" + (chunk("a", "stop") + "data: [DONE]\n\n").replaceAll("\n", "\r\n"),
      "complete",
    ],
    ["without [DONE]", chunk("a", "stop"), "no-done"],
    ["without a finish reason", `${chunk("a")}data: [DONE]\n\n`, "no-finish-reason"],
    ["with an error chunk", `${chunk("a")}data: {"error":{"message":"x"}}\n\ndata: [DONE]\n\n`, "error-event"],
    ["with an error event", `${chunk("a")}event: error\ndata: {}\n\n`, "error-event"],
    ["with broken JSON", `data: {"choices\n\n${chunk("a", "stop")}data: [DONE]\n\n`, "malformed"],
  ])("%s", async (_case, body, end) => {
    const server = await served(rawServer((socket) => socket.end(head("text/event-stream") + body)));
    expect((await ask(server.url)).outcome).toMatchObject({ kind: "reply", body: { form: "stream", end } });
  });

  test("content counts from the first that is not empty", async () => {
    const server = await served(
      rawServer((socket) => {
        socket.write(head("text/event-stream") + chunk(""));
        setTimeout(() => socket.end(`${chunk("a", "stop")}data: [DONE]\n\n`), 600);
      }),
    );
    const { timings } = await ask(server.url);
    expect((timings.firstContentMs ?? 0) - (timings.firstChunkMs ?? 0)).toBeGreaterThan(300);
    expect(timings.largestGapMs).toBeGreaterThan(300);
  });

  test("split within a character it is the same", async () => {
    const bytes = Buffer.from(`${chunk("Grüße", "stop")}data: [DONE]\n\n`);
    const server = await served(
      rawServer((socket) => {
        socket.write(head("text/event-stream"));
        const cut = bytes.indexOf(0xc3) + 1;
        socket.write(bytes.subarray(0, cut));
        setTimeout(() => socket.end(bytes.subarray(cut)), 20);
      }),
    );
    expect((await ask(server.url)).outcome).toMatchObject({
      body: { chunks: [{ choices: [{ delta: { content: "Grüße" } }] }] },
    });
  });
});

describe("faults, each within its bound (I8)", () => {
  test.each([
    ["never answers", () => {}, { firstByteMs: 80 }, { class: "timeout", phase: "first-byte" }],
    [
      "a stream without content",
      (s: Drip): void => drip(s, head("text/event-stream"), ": ping\n\n"),
      { firstContentMs: 80 },
      { class: "timeout", phase: "first-content" },
    ],
    [
      "a body that stops",
      (s: Drip): void => void s.write(`${head("application/json")}{`),
      { idleMs: 80 },
      { class: "timeout", phase: "idle" },
    ],
    [
      "one byte at a time",
      (s: Drip): void => drip(s, head("application/json"), " "),
      { totalMs: 150 },
      { class: "timeout", phase: "total" },
    ],
    [
      "more bytes than allowed",
      (s: Drip): void => drip(s, head("application/json"), " ".repeat(4000)),
      { maxBodyBytes: 10_000 },
      { class: "too-large" },
    ],
    [
      "more events than allowed",
      (s: Drip): void => drip(s, head("text/event-stream"), ": ping\n\n".repeat(20)),
      { maxEvents: 50 },
      { class: "too-large" },
    ],
    [
      "cut within the body",
      (s: Drip): void =>
        void s.end("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"),
      {},
      { class: "truncated" },
    ],
    ["reset before any reply", (s: Drip): void => void s.destroy(), {}, { class: "reset" }],
  ] as const)("%s", async (_case, answer, limits, fault) => {
    const server = await served(rawServer(answer as (socket: Drip) => void));
    const attempt = await ask(server.url, limits);
    expect(attempt.outcome).toMatchObject({ kind: "fault", ...fault });
    expect(attempt.timings.totalMs).toBeLessThan(policy.firstByteMs);
    await eventually(() => expect(server.open()).toBe(0));
  });

  test("nobody listens, no such name, no TLS there", async () => {
    const server = await served(httpServer((_request, response) => void response.end()));
    expect((await ask(server.url.replace("http:", "https:"))).outcome).toMatchObject({ class: "tls" });
    expect((await ask("http://nonexistent.invalid")).outcome).toMatchObject({ class: "dns" });
    await server.close();
    expect((await ask(server.url)).outcome).toMatchObject({ class: "connect" });
  });
});

function drip(socket: Drip, first: string, piece: string): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(piece), 10);
  socket.on("close", () => clearInterval(timer));
}
