import type { ServerResponse } from "node:http";
import { beforeAll, describe, expect, test } from "vitest";
import { createPoster } from "../../../src/notify/deliver/post-undici.ts";
import type { ConnectOptions } from "../../../src/notify/deliver/resolve-address.ts";
import type { PostRequest } from "../../../src/notify/deliver/poster.ts";
import { makeCertificates } from "../certificates.ts";
import { startProxy } from "../../setup/connect-proxy.ts";
import { answer, startReceiver } from "../http-receiver.ts";

function request(url: string, over: Partial<PostRequest> = {}): PostRequest {
  return {
    url,
    headers: { "webhook-id": "msg_1" },
    body: '{"a":1}',
    timeoutMs: 10_000,
    allowPrivate: true,
    ...over,
  };
}

/** Resolves every name to the given addresses and counts how often it was asked. */
function resolver(...addresses: string[]): Required<Pick<ConnectOptions, "lookup">> & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    lookup: (hostname) => {
      asked.push(hostname);
      return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })));
    },
  };
}

describe("a reply", () => {
  test("posts the body and the headers, over a connection of its own", async () => {
    await using receiver = await startReceiver(answer(204));
    const poster = createPoster();
    expect(await poster.post(request(`${receiver.url}?team=a`))).toEqual({ kind: "reply", status: 204 });
    await poster.post(request(receiver.url));
    expect(receiver.received[0]).toMatchObject({
      path: "/hook?team=a",
      body: '{"a":1}',
      headers: { "webhook-id": "msg_1", "user-agent": "plumbline" },
    });
    expect(receiver.connections()).toBe(2);
  });

  test("says Retry-After as it came", async () => {
    await using receiver = await startReceiver(answer(429, { "retry-after": "120" }));
    expect(await createPoster().post(request(receiver.url))).toEqual({
      kind: "reply",
      status: 429,
      retryAfter: "120",
      body: "thanks",
    });
  });

  test.each([301, 302, 303, 307, 308])("%d is not followed: nobody connects to where it points", async (status) => {
    await using elsewhere = await startReceiver(answer(200));
    await using receiver = await startReceiver(answer(status, { location: elsewhere.url }));
    expect(await createPoster().post(request(receiver.url))).toMatchObject({ kind: "reply", status });
    expect(elsewhere.connections()).toBe(0);
    expect(receiver.connections()).toBe(1);
  });

  test("an endless body is cut off after a few kilobytes", async () => {
    let written = 0;
    await using receiver = await startReceiver((response) => {
      response.writeHead(200);
      const piece = Buffer.alloc(16_384, "x");
      const more = (): void => {
        while (!response.destroyed && written < 50_000_000) {
          written += piece.length;
          if (!response.write(piece)) return void response.once("drain", more);
        }
      };
      more();
    });
    expect(await createPoster().post(request(receiver.url))).toMatchObject({ kind: "reply", status: 200 });
    expect(written).toBeLessThan(50_000_000);
    await expect.poll(() => receiver.open()).toBe(0);
  });
});

describe("the status is the answer", () => {
  const head = (status: number) => (response: ServerResponse) => void response.writeHead(status).write("ok so far");

  test("whatever comes of a body that never ends, and no later than two seconds after it", async () => {
    await using receiver = await startReceiver(head(200));
    const startMs = performance.now();
    expect(await createPoster().post(request(receiver.url, { timeoutMs: 60_000 }))).toEqual({
      kind: "reply",
      status: 200,
      body: "ok so far",
    });
    expect(performance.now() - startMs).toBeLessThan(50_000);
    await expect.poll(() => receiver.open()).toBe(0);
  });

  test("also when the deadline passes in the body, or the connection ends there", async () => {
    await using drips = await startReceiver(head(202));
    expect(await createPoster().post(request(drips.url, { timeoutMs: 300 }))).toMatchObject({ status: 202 });
    await using cut = await startReceiver((response) => {
      response.writeHead(200, { "content-length": "100" }).write("half");
      setImmediate(() => response.destroy());
    });
    expect(await createPoster().post(request(cut.url))).toMatchObject({ kind: "reply", status: 200 });
  });
});

describe("no reply within the deadline", () => {
  test("a receiver that accepts and never answers", async () => {
    await using receiver = await startReceiver(() => {});
    expect(await createPoster().post(request(receiver.url, { timeoutMs: 200 }))).toEqual({
      kind: "fault",
      class: "timeout",
    });
    await expect.poll(() => receiver.open()).toBe(0);
  });

  test("one that drips its headers", async () => {
    await using receiver = await startReceiver((response) => {
      const { socket } = response;
      socket?.write("HTTP/1.1 200 OK\r\nx-drip: ");
      const drip = setInterval(() => socket?.write("."), 20);
      response.once("close", () => clearInterval(drip));
    });
    expect(await createPoster().post(request(receiver.url, { timeoutMs: 300 }))).toEqual({
      kind: "fault",
      class: "timeout",
    });
  });

  test("a name server that never answers", async () => {
    const poster = createPoster({ lookup: () => new Promise(() => {}) });
    expect(await poster.post(request("http://hooks.test/", { timeoutMs: 100 }))).toEqual({
      kind: "fault",
      class: "timeout",
      detail: "dns",
    });
  });
});

describe("no reply at all", () => {
  test("nobody listens", async () => {
    const receiver = await startReceiver(answer(200));
    await receiver[Symbol.asyncDispose]();
    expect(await createPoster().post(request(receiver.url))).toEqual({
      kind: "fault",
      class: "connect",
      detail: `connection refused (127.0.0.1:${receiver.port})`,
    });
  });

  test("the connection breaks before the reply", async () => {
    await using before = await startReceiver((response) => void response.socket?.destroy());
    expect(await createPoster().post(request(before.url))).toMatchObject({ kind: "fault", class: "reset" });
  });

  test("the name does not exist", async () => {
    const failing = Object.assign(new Error("queryA ENOTFOUND hooks.test"), { code: "ENOTFOUND" });
    const poster = createPoster({ lookup: () => Promise.reject(failing) });
    expect(await poster.post(request("http://hooks.test/"))).toEqual({
      kind: "fault",
      class: "dns",
      detail: "no such host",
    });
  });
});

describe("where alerts may be posted to", () => {
  test.each([
    "https://127.0.0.1",
    "https://2130706433",
    "https://0x7f.1",
    "https://0177.0.0.1",
    "https://[::1]",
    "https://[::ffff:127.0.0.1]",
    "https://[::127.0.0.1]",
    "https://[64:ff9b::7f00:1]",
    "https://[2002:7f00:1::]",
    "https://10.0.0.1",
    "https://169.254.169.254",
    "https://0",
  ])("%s is refused by its literal, without a connection", async (origin) => {
    await using receiver = await startReceiver(answer(200));
    const { asked, lookup } = resolver("8.8.8.8");
    const url = `${origin}:${receiver.port}/hook`;
    expect(await createPoster({ lookup }).post(request(url, { allowPrivate: false }))).toMatchObject({
      kind: "fault",
      class: "forbidden-address",
    });
    expect(asked).toEqual([]);
    expect(receiver.connections()).toBe(0);
  });

  test.each([
    [["127.0.0.1"], "127.0.0.1"],
    [["8.8.8.8", "10.1.2.3"], "10.1.2.3"],
    [["2606:4700::1111", "fd00::1"], "fd00::1"],
    [["::ffff:127.0.0.1"], "::ffff:127.0.0.1"],
    [["fe80::1%lo"], "fe80::1%lo"],
  ])("a name with the addresses %j is refused for %s", async (addresses, forbidden) => {
    const poster = createPoster(resolver(...addresses));
    expect(await poster.post(request("https://hooks.test/", { allowPrivate: false }))).toEqual({
      kind: "fault",
      class: "forbidden-answer",
      detail: forbidden,
    });
  });

  test.each([
    "http://169.254.169.254/latest/meta-data",
    "http://[fd00:ec2::23]/",
    "http://[fd00:a9fe:a9fe::1]/",
    "http://0.0.0.0/",
  ])("%s is refused even where private addresses are permitted", async (url) => {
    expect(await createPoster().post(request(url))).toMatchObject({ kind: "fault", class: "forbidden-address" });
  });

  test("localhost by the real resolver is refused too", async () => {
    await using receiver = await startReceiver(answer(200));
    const url = `https://localhost:${receiver.port}/`;
    expect(await createPoster().post(request(url, { allowPrivate: false }))).toMatchObject({
      class: "forbidden-answer",
    });
    expect(receiver.connections()).toBe(0);
  });

  test("the connection goes to the address that was checked, whatever a second look-up would say", async () => {
    await using checked = await startReceiver(answer(200));
    let asked = 0;
    const poster = createPoster({
      lookup: () => Promise.resolve([{ address: (asked += 1) === 1 ? "127.0.0.1" : "169.254.169.254", family: 4 }]),
    });
    expect(await poster.post(request(`http://rebind.test:${checked.port}/`))).toMatchObject({
      kind: "reply",
      status: 200,
    });
    expect(asked).toBe(1);
    expect(checked.received[0]?.headers.host).toBe(`rebind.test:${checked.port}`);
    expect(await poster.post(request(`http://rebind.test:${checked.port}/`))).toMatchObject({
      class: "forbidden-answer",
    });
    expect(checked.connections()).toBe(1);
  });

  test.each([
    ["http://hooks.test/", "https-required"],
    ["ftp://hooks.test/", "bad-url"],
    ["https://user:secret@hooks.test/", "bad-url"],
    ["not a url", "bad-url"],
    ["", "bad-url"],
  ])("%s is refused before any look-up: %s", async (url, reason) => {
    const { asked, lookup } = resolver("8.8.8.8");
    expect(await createPoster({ lookup }).post(request(url, { allowPrivate: false }))).toEqual({
      kind: "fault",
      class: reason,
    });
    expect(asked).toEqual([]);
  });
});

describe("TLS", () => {
  let certificates = { cert: "", key: "", expired: "" };

  beforeAll(() => {
    certificates = makeCertificates("receiver.test");
  });

  const named = (name: string, port: number) => request(`https://${name}:${port}/hook`);

  test("a trusted certificate of the right name is accepted", async () => {
    await using receiver = await startReceiver(answer(200), certificates);
    const poster = createPoster({ ...resolver("127.0.0.1"), ca: certificates.cert });
    expect(await poster.post(named("receiver.test", receiver.port))).toMatchObject({ kind: "reply", status: 200 });
  });

  test.each([
    ["self-signed", "cert", undefined, "receiver.test", "certificate not trusted, it is self-signed"],
    ["of another name", "cert", "cert", "other.test", "certificate is for another host"],
    [
      "expired",
      "expired",
      "expired",
      "receiver.test",
      expect.stringMatching(/^certificate expired \d{4}-\d\d-\d\d \d\d:\d\d UTC$/),
    ],
  ] as const)(
    "a certificate that is %s ends it before anything is sent",
    async (_what, shown, trusted, name, detail) => {
      await using receiver = await startReceiver(answer(200), { ...certificates, cert: certificates[shown] });
      const poster = createPoster({ ...resolver("127.0.0.1"), ca: trusted && certificates[trusted] });
      expect(await poster.post(named(name, receiver.port))).toEqual({ kind: "fault", class: "tls", detail });
      expect(receiver.received).toEqual([]);
    },
  );

  test("a proxy is asked for the checked address, and never for one that is forbidden", async () => {
    await using receiver = await startReceiver(answer(200), certificates);
    await using proxy = await startProxy("ada:secret");
    const url = `http://ada:secret@127.0.0.1:${proxy.port}`;
    const through = { ...resolver("127.0.0.1"), ca: certificates.cert, proxy: { url, noProxy: "other.test" } };
    const hook = named("receiver.test", receiver.port);
    expect(await createPoster(through).post(hook)).toMatchObject({ kind: "reply", status: 200 });
    expect(proxy.asked).toEqual([`127.0.0.1:${receiver.port}`]);
    expect(await createPoster(through).post({ ...hook, allowPrivate: false })).toMatchObject({ kind: "fault" });
    const untrusting = { ...through, ca: undefined };
    expect(await createPoster(untrusting).post(hook)).toMatchObject({ class: "tls" });
    const exempt = { ...through, proxy: { url, noProxy: ".test" } };
    expect(await createPoster(exempt).post(hook)).toMatchObject({ kind: "reply", status: 200 });
    expect(proxy.asked).toHaveLength(2);
    const refused = { ...through, proxy: { url: `http://127.0.0.1:${proxy.port}`, noProxy: "" } };
    expect(await createPoster(refused).post(hook)).toMatchObject({
      class: "connect",
      detail: "the proxy asks for a user name and password (PROXY_407)",
    });
  });

  test("a receiver has a proxy and an authority of its own, under the same address rules", async () => {
    await using receiver = await startReceiver(answer(200), certificates);
    await using proxy = await startProxy("ada:secret");
    const url = `http://ada:secret@127.0.0.1:${proxy.port}`;
    const own = { ...named("receiver.test", receiver.port), route: { proxy: url, ca: certificates.cert } };
    const poster = createPoster(resolver("127.0.0.1"));
    expect(await poster.post(own)).toMatchObject({ kind: "reply", status: 200 });
    expect(proxy.asked).toEqual([`127.0.0.1:${receiver.port}`]);
    expect(await poster.post({ ...own, allowPrivate: false })).toMatchObject({ class: "forbidden-answer" });
    expect(await poster.post({ ...own, route: { proxy: url } })).toMatchObject({ class: "tls" });
    expect(proxy.asked).toHaveLength(2);
    const everywhere = createPoster({ ...resolver("127.0.0.1"), ca: certificates.cert, proxy: { url, noProxy: "" } });
    expect(await everywhere.post({ ...own, route: { proxy: "none" } })).toMatchObject({ kind: "reply", status: 200 });
    expect(proxy.asked).toHaveLength(2);
  });

  test("plain text where TLS was asked for is a TLS fault, not a reply", async () => {
    await using receiver = await startReceiver(answer(200));
    expect(await createPoster(resolver("127.0.0.1")).post(named("receiver.test", receiver.port))).toMatchObject({
      kind: "fault",
      class: "tls",
    });
    expect(receiver.received).toEqual([]);
  });
});
