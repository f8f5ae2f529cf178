import { once } from "node:events";
import { type RequestListener, type Server, createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, it } from "vitest";
import { createProxy } from "../../src/testbed/proxy.ts";

const opened: Server[] = [];
afterEach(() => {
  for (const server of opened.splice(0)) server.close().closeAllConnections();
});

async function listen(server: Server): Promise<number> {
  opened.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function proxyTo(provider: RequestListener): Promise<number> {
  const providerPort = await listen(createServer(provider));
  return listen(
    createProxy({
      providerPort,
      active: () => [],
      delayMs: () => 0,
      sleep: () => Promise.resolve(),
      onRequest() {},
      answerModel: () => undefined,
      answerOwn: () => undefined,
    }),
  );
}

it("passes odd bytes and headers on as they came", async () => {
  const bytes = Buffer.from([0, 255, 13, 10, 13, 10, 0xc3, 0x28, 10, 10]);
  const port = await proxyTo((request, response) => {
    response.sendDate = false;
    response.writeHead(418, ["X-CamelCase", "a", "Set-Cookie", "one=1", "Set-Cookie", "two=2", "Content-Length", "10"]);
    response.end(request.headers["x-asked"] === "yes" ? bytes : "");
  });
  const socket = connect(port, "127.0.0.1");
  socket.write("GET /any?thing=1 HTTP/1.1\r\nhost: here\r\nx-asked: yes\r\nconnection: close\r\n\r\n");
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const end = raw.indexOf("\r\n\r\n");
  expect(raw.subarray(0, end).toString()).toBe(
    "HTTP/1.1 418 I'm a Teapot\r\nX-CamelCase: a\r\nSet-Cookie: one=1\r\nSet-Cookie: two=2\r\nContent-Length: 10\r\nConnection: close",
  );
  expect(raw.subarray(end + 4)).toEqual(bytes);
});

it("hands on each chunk when it comes, not when the body ends", async () => {
  const seenFirst = Promise.withResolvers<void>();
  const port = await proxyTo(async (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: 1\n\n");
    await seenFirst.promise;
    response.end("data: 2\n\n");
  });
  const reply = await fetch(`http://127.0.0.1:${port}/`);
  const reader = reply.body?.getReader();
  const first = await reader?.read();
  expect(Buffer.from(first?.value ?? []).toString()).toBe("data: 1\n\n");
  seenFirst.resolve();
  const second = await reader?.read();
  expect(Buffer.from(second?.value ?? []).toString()).toBe("data: 2\n\n");
});

it("cuts the connection where the provider cut it", async () => {
  const port = await proxyTo((_request, response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("only this", () => response.destroy());
  });
  const reply = await fetch(`http://127.0.0.1:${port}/`);
  await expect(reply.text()).rejects.toThrow();
});

it("answers 502 when there is no provider, and 413 to a body no probe would send", async () => {
  const port = await proxyTo((request, response) => {
    request.socket.destroy();
    response.destroy();
  });
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(502);
  const socket = connect(port, "127.0.0.1");
  socket.write(`POST / HTTP/1.1\r\nhost: here\r\ncontent-length: ${2 ** 21}\r\nconnection: close\r\n\r\n`);
  socket.write(Buffer.alloc(2 ** 21));
  expect(await text(socket)).toMatch(/^HTTP\/1.1 413 /);
});
