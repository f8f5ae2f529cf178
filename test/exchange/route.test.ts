import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLoopGauge } from "../../src/exchange/loop-gauge.ts";
import { isExempt } from "../../src/std/no-proxy.ts";
import { createUndiciAttempts } from "../../src/exchange/undici-attempt.ts";
import type { ClientPolicy, SecretRef } from "../../src/probe/target.ts";
import { chat } from "../../src/protocol/chat/chat.ts";
import { systemClock } from "../../src/std/clock.ts";
import { openNginx } from "../gateways/nginx.ts";
import { startProxy } from "../setup/connect-proxy.ts";
import { freePort } from "../setup/servers.ts";
import { policy } from "./policy.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-route-"));
const file = (name: string): SecretRef => ({ file: join(folder, name) });

function makeCertificates(): void {
  const openssl = (...words: string[]): unknown => execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-days",
    "2",
    "-subj",
    "/CN=Private authority",
  );
  for (const [name, subject] of [
    ["server", "/CN=models.internal"],
    ["client", "/CN=plumbline"],
  ] as const) {
    const ext = name === "server" ? ["-addext", "subjectAltName=DNS:models.internal"] : [];
    openssl("req", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", subject, ...ext);
    const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-copy_extensions", "copy"];
    openssl("x509", "-req", "-in", `${name}.csr`, "-out", `${name}.pem`, ...signed);
  }
}

async function ask(url: string, change: Partial<ClientPolicy>, env: Readonly<Record<string, string>> = {}) {
  const read = (ref: SecretRef): string | undefined => ("env" in ref ? env[ref.env] : readFileSync(ref.file, "utf8"));
  const attempts = createUndiciAttempts({
    clock: systemClock,
    loop: createLoopGauge(systemClock),
    userAgent: "test",
    outside: { secret: read, plain: read, proxy: () => env["HTTPS_PROXY"], noProxy: env["NO_PROXY"] ?? "" },
  });
  try {
    const request = { method: "GET", url, headers: {}, reader: chat } as const;
    const { outcome } = await attempts.attempt(request, { ...policy, ...change }, 1);
    if (outcome.kind === "reply") return String(outcome.status);
    return "detail" in outcome ? `${outcome.class}: ${outcome.detail ?? ""}` : outcome.class;
  } finally {
    await attempts.close();
  }
}

describe("a target behind nginx that wants a client certificate of a private authority", () => {
  let nginx: Awaited<ReturnType<typeof openNginx>>;
  let port: number;
  const tls = { ca: file("ca.pem"), cert: file("client.pem"), key: file("client.key"), serverName: "models.internal" };
  beforeAll(async () => {
    makeCertificates();
    port = await freePort();
    nginx = await openNginx(`listen 127.0.0.1:${port} ssl;
      ssl_certificate ${folder}/server.pem; ssl_certificate_key ${folder}/server.key;
      ssl_client_certificate ${folder}/ca.pem; ssl_verify_client on;
      location / { default_type application/json; return 200 '{"subject":"$ssl_client_s_dn"}'; }`);
  });
  afterAll(async () => {
    await nginx[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  const url = (): string => `https://127.0.0.1:${port}/v1`;

  test("answers who shows it, straight and through a proxy that wants a password", async () => {
    await using proxy = await startProxy("ada:s3cret/word");
    expect(await ask(url(), { tls })).toBe("200");
    const env = { PROXY: `http://ada:s3cret%2Fword@127.0.0.1:${proxy.port}` };
    expect(await ask(url(), { tls, proxy: { env: "PROXY" } }, env)).toBe("200");
    expect(await ask(url(), { tls }, { HTTPS_PROXY: env.PROXY })).toBe("200");
    expect(proxy.asked).toEqual([`127.0.0.1:${port}`, `127.0.0.1:${port}`]);
  });

  test("without its authority, the certificate or the name the fault says which", async () => {
    expect(await ask(url(), { tls: { ...tls, ca: undefined } })).toMatch(
      /^tls: certificate not trusted, its authority is unknown/,
    );
    expect(await ask(url(), { tls: { ...tls, serverName: undefined } })).toMatch(
      /^tls: certificate is for another host/,
    );
    expect(await ask(url(), { tls: { ca: tls.ca, serverName: tls.serverName } })).toBe("400");
    await using proxy = await startProxy();
    const through = { proxy: `http://127.0.0.1:${proxy.port}` };
    expect(await ask(url(), { ...through, tls: { ...tls, ca: undefined } })).toMatch(/^tls: certificate not trusted/);
  });

  test("NO_PROXY and none leave the proxy out", async () => {
    await using proxy = await startProxy();
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    expect(await ask(url(), { tls }, { ...env, NO_PROXY: "internal.example, 127.0.0.0/8" })).toBe("200");
    expect(await ask(url(), { tls, proxy: "none" }, env)).toBe("200");
    expect(proxy.asked).toEqual([]);
  });

  test("a proxy that refuses, or is not there, is named", async () => {
    await using proxy = await startProxy("ada:right");
    const refused = { HTTPS_PROXY: `http://ada:wrong@127.0.0.1:${proxy.port}` };
    expect(await ask(url(), { tls }, refused)).toBe("connect: the proxy asks for a user name and password (PROXY_407)");
    const away = { proxy: `http://127.0.0.1:${await freePort()}` };
    expect(await ask(url(), { tls, ...away })).toBe("connect: the proxy cannot be reached (PROXY_ECONNREFUSED)");
    await using open = await startProxy();
    expect(await ask(`http://127.0.0.1:${open.port}/`, { proxy: `http://127.0.0.1:${open.port}` })).toBe("405");
    expect(open.asked).toEqual([`127.0.0.1:${open.port}`]);
  });
});

test.each([
  ["*", true],
  ["example.com", true],
  [".example.com", true],
  ["*.example.com:443", true],
  ["example.com:8443", false],
  ["ample.com", false],
  ["10.0.0.0/8", false],
  ["", false],
])("NO_PROXY=%s for https://api.example.com: %s", (noProxy, exempt) =>
  expect(isExempt(new URL("https://api.example.com/v1"), noProxy)).toBe(exempt),
);

test.each([
  ["https://10.1.2.3/", "10.0.0.0/8", true],
  ["https://[fd00::1]/", "fd00::/8", true],
  ["https://[fd00::1]/", "fd00::1", true],
  ["https://10.1.2.3/", "10.0.0.0/99", false],
])("%s is exempt by %s: %s", (url, noProxy, exempt) => expect(isExempt(new URL(url), noProxy)).toBe(exempt));
