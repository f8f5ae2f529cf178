import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openIdentityProvider } from "../../src/app/open-id.ts";
import { createOperations } from "../../src/operate/operations.ts";
import { createSessions } from "../../src/operate/sessions.ts";
import { systemClock } from "../../src/std/clock.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore } from "../../src/store/store.ts";
import { createGate } from "../../src/web/access.ts";
import { callbackPath } from "../../src/web/open-id.ts";
import { serveWeb, type WebServer } from "../../src/web/serve.ts";
import { openStorePool } from "../setup/databases.ts";
import { freshName, noonMs } from "../store/samples.ts";

let pool: StorePool;
let web: WebServer;
let issuerServer: Server;

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const port = portOf(server);
  await new Promise((closed) => server.close(closed));
  return port;
}

beforeAll(async () => {
  const port = await freePort();
  const callback = `http://127.0.0.1:${port}${callbackPath}`;
  issuerServer = createServer();
  await once(issuerServer.listen(0, "127.0.0.1"), "listening");
  const issuer = `http://localhost:${portOf(issuerServer)}`;
  const client = { client_id: "plumbline", client_secret: "a secret of the client", redirect_uris: [callback] };
  const provider = new Provider(issuer, {
    clients: [client],
    cookies: { keys: ["signs cookies"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: id,
        ...(id.startsWith("says-nothing") ? {} : { email_verified: !id.startsWith("claims-to-be") }),
      }),
    }),
  });
  issuerServer.on("request", provider.callback());

  pool = await openStorePool();
  const store = await openStore(pool, noonMs, 30);
  const openId = {
    issuer,
    clientId: client.client_id,
    clientSecret: { env: "SECRET" },
    nameClaim: "email",
    readers: ["bob@example.com", "claims-to-be-bob@example.com", "says-nothing-bob@example.com"],
    writers: ["ann@example.com"],
  };
  const operations = createOperations({
    store,
    clock: systemClock,
    freshId: () => freshName("sil"),
    probes: [],
    enqueue: () => Promise.resolve(),
    receiversOf: () => ["pager"],
    nudge: () => {},
  });
  const sessions = createSessions({
    store,
    clock: systemClock,
    freshSecret: () => freshName("secret"),
    people: [],
    named: { ...openId, provider: issuer },
  });
  const nowMs = () => performance.now();
  const identityProvider = openIdentityProvider(openId, callback, () => client.client_secret, nowMs);
  const pages = {
    sessions,
    identityProvider,
    nowMs: () => Date.now(),
    isSecure: false,
    troubles: () => [],
    targets: [],
  };
  const health = () => ({ live: true, ready: true, reasons: [], warnings: [] });
  const api = { operations, gate: createGate([], false, nowMs) };
  web = await serveWeb({ overview: () => store.overview(noonMs), health, api, pages }, { host: "127.0.0.1", port });
});
afterAll(async () => {
  await web.close();
  await pool.close();
  issuerServer.closeAllConnections();
  issuerServer.close();
});

interface Shown {
  readonly status: number;
  readonly url: string;
  readonly html: string;
}

/** Keeps cookies by host, as a browser does, and follows redirects one by one. */
function browser() {
  const jars = new Map<string, Map<string, string>>();
  return async function go(url: string, form?: Record<string, string>): Promise<Shown> {
    const jar = jars.get(new URL(url).host) ?? new Map<string, string>();
    jars.set(new URL(url).host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const init = form && { method: "POST", body: new URLSearchParams(form) };
    const reply = await fetch(url, { ...init, redirect: "manual", headers: { cookie } });
    for (const line of reply.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "" || /max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    const location = reply.headers.get("location");
    if (location !== null) return go(new URL(location, url).href);
    return { status: reply.status, url, html: await reply.text() };
  };
}

/** Signs in at the provider and agrees; resolves to the page of ours where that ends. */
async function signIn(login: string, go = browser()): Promise<Shown> {
  let shown = await go(`${web.url}/sign-in/open-id?next=%2Fsessions`);
  for (let steps = 0; steps < 4 && new URL(shown.url).host.startsWith("localhost"); steps += 1) {
    const [, action = ""] = /<form[^>]* action="([^"]+)"/.exec(shown.html) ?? [];
    const [, prompt = ""] = /name="prompt" value="([^"]+)"/.exec(shown.html) ?? [];
    shown = await go(new URL(action, shown.url).href, { prompt, login, password: "any" });
  }
  return shown;
}

test("people sign in at their identity provider, and do what the configuration lets them", async () => {
  const ann = browser();
  expect((await ann(`${web.url}/sessions`)).html).toContain("Sign in at localhost");
  const shown = await signIn("ann@example.com", ann);
  expect(shown).toMatchObject({ status: 200, url: `${web.url}/sessions` });
  expect(shown.html).toContain("ann@example.com");
  expect((await ann(`${web.url}/silences`)).status).not.toBe(401);
  expect((await signIn("bob@example.com")).status).toBe(200);
});

test("who is not listed, or has not proven the address, gets no session", async () => {
  const stranger = await signIn("eve@example.com");
  expect([stranger.status, stranger.html]).toEqual([403, expect.stringContaining("may not use this installation")]);
  for (const name of ["claims-to-be-bob@example.com", "says-nothing-bob@example.com"]) {
    const liar = await signIn(name);
    expect([liar.status, liar.html]).toEqual([401, expect.stringContaining("did not say who you are")]);
  }
});

test("an answer that belongs to no sign-in of this browser is refused", async () => {
  expect((await browser()(`${web.url}${callbackPath}?code=stolen&state=x`)).status).toBe(401);
  const eve = browser();
  await eve(`${web.url}/sign-in/open-id`);
  const forged = await eve(`${web.url}${callbackPath}?code=stolen&state=x`);
  expect(forged.status).toBe(401);
  expect((await eve(`${web.url}/sessions`)).status).toBe(401);
});
