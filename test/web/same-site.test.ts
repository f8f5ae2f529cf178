import { request } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { actionAddress, type ActionLink } from "../../src/incident/action-link.ts";
import { createGate } from "../../src/web/access.ts";
import { serveWeb, type WebServer } from "../../src/web/serve.ts";
import { incident } from "../notify/samples.ts";

const publicUrl = "https://plumbline.example.com";
const key = "a link key of a good many characters";
const acts: string[] = [];
let web: WebServer;
let host: string;

beforeAll(async () => {
  const act = (name: string) => () => {
    acts.push(name);
    return Promise.resolve(undefined);
  };
  const operations = {
    probes: { runNow: act("run"), resume: act("resume"), pause: act("pause") },
    deliveries: { retry: act("retry") },
    silences: { expire: act("expire"), create: act("create"), list: () => Promise.resolve([]) },
    incidents: {
      get: () => Promise.resolve({ incident: incident() }),
      acknowledge: act("acknowledge"),
      resolve: act("resolve"),
    },
  } as never;
  const sources = {
    overview: () => Promise.reject(new Error("unused")),
    health: () => ({ live: true, ready: true, reasons: [], warnings: [] }),
    api: { operations, gate: createGate([], true, () => 0), publicUrl },
    acts: { operations, key: () => key, nowMs: () => 0, take: () => Promise.resolve({ giveBack: async () => {} }) },
  };
  web = await serveWeb(sources, { host: "127.0.0.1", port: 0 });
  host = new URL(web.url).host;
});
afterAll(() => web.close());
beforeEach(() => {
  acts.length = 0;
});

/** With exactly these headers, as no `fetch` of a program sends them. */
function send(method: string, path: string, headers: Record<string, string>, body = ""): Promise<number> {
  return new Promise((resolve, reject) => {
    const length = body === "" && method === "GET" ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const sent = request(`${web.url}${path}`, { method, headers: { host, ...length, ...headers } }, (reply) => {
      reply.resume().on("end", () => resolve(reply.statusCode ?? 0));
    });
    sent.on("error", reject).end(body);
  });
}

const link: ActionLink = { act: "acknowledge", incidentId: "x-1", receiver: "pager", expiresAtMs: 3_600_000 };
const linked = (): string => actionAddress("", link, key);
const form = { "content-type": "application/x-www-form-urlencoded" };
const crossSite = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
/** What each of them sends: https://fetch.spec.whatwg.org/#append-a-request-origin-header, https://www.w3.org/TR/fetch-metadata/ */
const attacks: readonly [string, Record<string, string>][] = [
  ["a form", { ...crossSite, ...form, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }],
  ["a form without fields", { ...crossSite, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }],
  ["a form of text/plain", { ...crossSite, "content-type": "text/plain", "sec-fetch-mode": "navigate" }],
  ["fetch with no-cors", { ...crossSite, "content-type": "text/plain;charset=UTF-8", "sec-fetch-mode": "no-cors" }],
  ["sendBeacon", { ...crossSite, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "empty" }],
  ["a page that shows no referrer, in an old browser", { origin: "null", ...form }],
  ["a sandboxed frame", { origin: "null", "sec-fetch-site": "cross-site", ...form }],
  ["a browser too old for either header", {}],
  ["a page on another port of this machine", { origin: "http://127.0.0.1:3000", "sec-fetch-site": "same-site" }],
  ["JSON, if a browser ever let it pass", { ...crossSite, "content-type": "application/json" }],
  ["an origin that begins like ours", { origin: `${publicUrl}.evil.example`, "content-type": "application/json" }],
  ["an origin that is no URL", { origin: "evil", "content-type": "application/json" }],
];

describe.each(attacks)("%s of another site", (_what, headers) => {
  test.each(["/probes/p@home/run", "/probes/p@home/resume", "/deliveries/m/retry"])(
    "does not act: %s",
    async (path) => {
      expect([400, 403]).toContain(await send("POST", `/api/v1${path}`, headers));
      expect(acts).toEqual([]);
    },
  );
});

test.each([
  ["a form", { ...crossSite, ...form }],
  ["a sandboxed frame", { origin: "null", "sec-fetch-site": "cross-site", ...form }],
  ["a form of text/plain", { "content-type": "text/plain" }],
])("%s of another site does not submit the page behind a link", async (_what, headers) => {
  expect([400, 403]).toContain(await send("POST", linked(), headers, "why=x"));
  expect(acts).toEqual([]);
});

test("an image or a link of another site only reads", async () => {
  const image = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" };
  expect(await send("GET", "/api/v1/probes/p@home/run", image)).toBe(404);
  expect(await send("GET", linked(), { ...image, "sec-fetch-mode": "navigate" })).toBe(200);
  expect(acts).toEqual([]);
});

test("a name of another site that leads to this machine does not act", async () => {
  const rebound = { host: "evil.example:8080", origin: "http://evil.example:8080", "sec-fetch-site": "same-origin" };
  const json = { ...rebound, "content-type": "application/json" };
  expect(await send("POST", "/api/v1/probes/p@home/run", json)).toBe(401);
  expect(await send("GET", "/api/v1/silences", rebound)).toBe(401);
  expect(acts).toEqual([]);
});

describe("what our own pages and programs send is done", () => {
  const json = { "content-type": "application/json" };
  test.each<[string, Record<string, string>]>([
    ["the command line", json],
    ["a page of this host", { ...json, origin: "OWN", "sec-fetch-site": "same-origin" }],
    ["a page of the public address", { ...json, origin: publicUrl, "sec-fetch-site": "same-origin" }],
    ["a client with a token", { authorization: "Bearer t" }],
  ])("%s", async (_what, headers) => {
    const sent = headers["origin"] === "OWN" ? { ...headers, origin: web.url } : headers;
    // Nothing is known by this id: the operation ran and found nothing.
    expect(await send("POST", "/api/v1/probes/p@home/run", sent)).toBe(404);
    expect(acts).toEqual(["run"]);
  });

  test.each<[string, () => Record<string, string>]>([
    ["this host", () => ({ origin: web.url, "sec-fetch-site": "same-origin" })],
    ["the public address", () => ({ origin: publicUrl, "sec-fetch-site": "same-origin" })],
    ["a strict referrer policy", () => ({ origin: "null", "sec-fetch-site": "same-origin" })],
    ["no origin at all", () => ({})],
  ])("the form behind a link, from %s", async (_what, headers) => {
    expect([200, 409]).toContain(await send("POST", linked(), { ...form, ...headers() }, "why=x"));
    expect(acts).toEqual(["acknowledge"]);
  });
});
