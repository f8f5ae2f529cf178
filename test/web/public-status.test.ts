import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PublicStatus } from "../../src/operate/public-status.ts";
import { createPublicWeb } from "../../src/web/public-status.ts";
import { probe } from "../probe/samples.ts";
import { claimOf, finishOf } from "../store/samples.ts";
import { barriers, type BrowserWorld, openBrowser, openBrowserWorld, publicTitle, watchErrors } from "./browser.ts";

const shown = { ...probe, id: "secret-probe@inside" };
const nothing = { findings: [], unjudged: [], series: [], incidents: [], transitions: [], outbox: [] } as const;
let browser: Browser;
let open: BrowserWorld;

beforeAll(async () => {
  browser = await openBrowser();
  // With tokens: strangers read the public pages and nothing else.
  open = await openBrowserWorld(browser, [shown], [{ name: "ann", scope: "write", token: "ann-token-0123456789" }]);
  for (let back = 10; back > 0; back -= 1) {
    const claim = claimOf(shown.id, Date.now() - back * 60_000, { model: "internal-model" });
    await open.store.claim(claim);
    await open.store.commit(finishOf(claim), () => ({ ...nothing, verdict: back === 5 ? "fail" : "ok" }));
  }
  // Two rules of one probe see the same trouble: one incident to the public.
  for (const label of ["internal-label", "internal-other"]) {
    const inside = { target: "internal-target", model: "internal-model" };
    await open.openIncident({ probeId: shown.id, kind: "availability", ...inside, label });
  }
});
afterAll(async () => {
  await browser.close();
  await open[Symbol.asyncDispose]();
});

const formats = ["/status/public", "/status/public.json", "/status/public.atom", "/badge/public.svg"];

test("a stranger sees the state, 90 days and the incident, in public words", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  const errors = watchErrors(context);
  const page = await context.newPage();
  await page.goto(`${open.url}/status/public`);
  expect(await page.locator("h1").textContent()).toContain("Some requests fail");
  expect(await page.locator(".service rect").count()).toBe(90);
  expect(await page.locator(".service").textContent()).toMatch(/91\.\d+ % up/);
  expect(await page.locator(".card").allTextContents()).toEqual([expect.stringContaining("Requests fail")]);
  expect(await page.title()).toBe(publicTitle);
  expect(await page.locator("main img").count()).toBe(0);
  expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  expect(errors).toEqual([]);
  await context.close();
});

test.each(["light", "dark"] as const)("axe finds nothing on it (%s)", async (colorScheme) => {
  const context = await browser.newContext({ colorScheme });
  const page = await context.newPage();
  await page.goto(`${open.url}/status/public`);
  expect(await barriers(page)).toEqual([]);
  await context.close();
});

test.each(formats)("%s names nothing from inside, may be cached, and is the same for all", async (path) => {
  const reply = await fetch(`${open.url}${path}`);
  expect(reply.status).toBe(200);
  const text = await reply.text();
  expect(text).not.toMatch(/secret-probe|inside|internal-|some-model|microUsd|\$\d/);
  if (!path.endsWith(".json")) expect(text).not.toContain("<img");
  expect(reply.headers.get("cache-control")).toBe("public, max-age=30");
  const headers = { "if-none-match": reply.headers.get("etag") ?? "" };
  expect((await fetch(`${open.url}${path}`, { headers })).status).toBe(304);
});

test("JSON and badges say the same in numbers", async () => {
  const status = (await (await fetch(`${open.url}/status/public.json`)).json()) as PublicStatus;
  expect(status).toMatchObject({ state: "down", services: [{ state: "down", name: publicTitle }] });
  expect(status.services[0]?.days).toHaveLength(90);
  expect(status.services[0]?.days.at(-1)).toMatchObject({ judged: expect.any(Number) });
  expect(await (await fetch(`${open.url}/badge/public.svg?show=uptime`)).text()).toMatch(/uptime, 90 days: 91\.\d+ %/);
  expect(await (await fetch(`${open.url}/badge/public.svg`)).text()).toContain("failing");
});

test("what is not published is not there; without a token nothing else is either", async () => {
  expect((await fetch(`${open.url}/status/other`)).status).toBe(404);
  expect((await fetch(`${open.url}/`)).status).toBe(401);
});

test("at an address of its own it serves the public pages alone, and reads the store once for all", async () => {
  const status = (await (await fetch(`${open.url}/status/public.json`)).json()) as PublicStatus;
  let reads = 0;
  const read = async (): Promise<PublicStatus> => ((reads += 1), status);
  let nowMs = 0;
  const app = createPublicWeb({ names: ["public"], read, nowMs: () => nowMs });
  for (let asked = 0; asked < 200; asked += 1) expect((await app.request("/status/public")).status).toBe(200);
  expect(reads).toBe(1);
  nowMs += 30_001;
  await app.request("/badge/public.svg");
  expect(reads).toBe(2);
  for (const path of ["/", "/incidents", "/api/v1/incidents", "/healthz", "/metrics", "/status/other"]) {
    expect((await app.request(path)).status, path).toBe(404);
  }
  expect((await app.request("/assets/style.css")).status).toBe(200);
});
