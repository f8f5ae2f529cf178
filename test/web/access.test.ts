import { describe, expect, test } from "vitest";
import { type AccessToken, createGate } from "../../src/web/access.ts";
import { createClientAddress } from "../../src/web/client-address.ts";
import { serveWeb } from "../../src/web/serve.ts";

const reader: AccessToken = { name: "grafana", scope: "read", token: "read-token-0123456789" };
const actor: AccessToken = { name: "ann", scope: "write", token: "act-token-0123456789ab" };
const bearer = (token: string) => ({ authorization: `Bearer ${token}`, host: "plumbline.example.com" });

describe("without tokens", () => {
  const gate = createGate([], true, () => 0);
  test.each(["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "localhost"])("this machine may: %s", (host) => {
    expect(gate({ authorization: undefined, host }, "write")).toMatchObject({
      kind: "granted",
      caller: { scope: "write" },
    });
  });

  test.each(["evil.example.com", "localhost.evil.example.com", "127.0.0.1.nip.io:8080", "", undefined])(
    "a name that leads here but is not this machine's may not: %s",
    (host) => expect(gate({ authorization: undefined, host }, "read")).toMatchObject({ kind: "denied", status: 401 }),
  );

  test("a service that others can reach lets nobody in", () => {
    const open = createGate([], false, () => 0);
    expect(open({ authorization: undefined, host: "localhost:8080" }, "read")).toMatchObject({ kind: "denied" });
  });
});

describe("with tokens", () => {
  test("each has its name and its scope; act includes read", () => {
    const gate = createGate([reader, actor], false, () => 0);
    expect(gate(bearer(reader.token), "read")).toEqual({ kind: "granted", caller: { name: "grafana", scope: "read" } });
    expect(gate(bearer(reader.token), "write")).toMatchObject({ kind: "denied", status: 403 });
    expect(gate(bearer(actor.token), "read")).toMatchObject({ kind: "granted", caller: { name: "ann" } });
    expect(gate(bearer(actor.token), "write")).toMatchObject({ kind: "granted" });
  });

  test("being on this machine is no longer enough", () => {
    const gate = createGate([reader], true, () => 0);
    expect(gate({ authorization: undefined, host: "localhost" }, "read")).toMatchObject({
      kind: "denied",
      status: 401,
    });
  });

  test("wrong ones never keep out a right one, from the same address at the same time", () => {
    const gate = createGate([actor], false, () => 0);
    for (let tries = 0; tries < 200; tries += 1) {
      const status = tries < 10 ? 401 : 429;
      expect(gate(bearer(`wrong-${tries}`), "read")).toMatchObject({ kind: "denied", status });
      expect(gate(bearer(actor.token), "read")).toMatchObject({ kind: "granted" });
    }
  });

  test("who sends many wrong ones waits for a minute", () => {
    let nowMs = 0;
    const gate = createGate([actor], false, () => nowMs);
    const from = (address: string, token: string) => gate({ ...bearer(token), address }, "write");
    for (let tries = 0; tries < 10; tries += 1)
      expect(from("203.0.113.9", `a-${tries}`)).toMatchObject({ status: 401 });
    expect(from("203.0.113.9", "another")).toMatchObject({ status: 429 });
    expect(from("198.51.100.7", "another")).toMatchObject({ status: 401 });
    nowMs = 60_000;
    expect(from("203.0.113.9", "another")).toMatchObject({ status: 401 });
  });

  test("one wrong token from many addresses is counted as one", () => {
    const gate = createGate([actor], false, () => 0);
    const from = (address: string) => gate({ ...bearer("left over"), address }, "read");
    for (let other = 0; other < 10; other += 1) expect(from(`192.0.2.${other}`)).toMatchObject({ status: 401 });
    expect(from("192.0.2.11")).toMatchObject({ status: 429 });
  });

  test("behind a trusted proxy each client is counted by its own address, and nobody can take another's", () => {
    const gate = createGate([actor], false, () => 0, createClientAddress(["10.0.0.0/8"]));
    const from = (forwardedFor: string, tries: string) =>
      gate({ ...bearer(tries), address: "::ffff:10.1.2.3", forwardedFor }, "read");
    for (let tries = 0; tries < 11; tries += 1) from(`198.51.100.${tries}, 203.0.113.9`, `a-${tries}`);
    expect(from("192.0.2.1, 203.0.113.9", "b")).toMatchObject({ status: 429 });
    expect(from("198.51.100.7", "c")).toMatchObject({ status: 401 });
  });

  test("asking without any token is no guess", () => {
    const gate = createGate([actor], false, () => 0);
    for (let tries = 0; tries < 50; tries += 1) gate({ authorization: undefined, host: "x" }, "read");
    expect(gate(bearer(actor.token), "read")).toMatchObject({ kind: "granted" });
  });
});

test("over a real connection: what is missing is named, a guesser is told to wait, and who it is is known", async () => {
  const sources = {
    overview: () => Promise.reject(new Error("no store")),
    health: () => ({ live: true, ready: true, reasons: [], warnings: [] }),
    api: { operations: {} as never, gate: createGate([actor], false, () => 0) },
  };
  const web = await serveWeb(sources, { host: "127.0.0.1", port: 0 });
  try {
    const ask = (headers: Record<string, string>) => fetch(`${web.url}/api/v1/status`, { headers });
    const nobody = await ask({});
    expect([nobody.status, nobody.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    for (let tries = 0; tries < 10; tries += 1) await ask({ authorization: `Bearer wrong-${tries}` });
    const guesser = await ask({ authorization: "Bearer wrong" });
    expect([guesser.status, guesser.headers.get("retry-after")]).toEqual([429, "60"]);
    expect(sources.api.gate({ ...bearer(actor.token), address: "127.0.0.1" }, "write")).toMatchObject({
      kind: "granted",
    });
  } finally {
    await web.close();
  }
});
