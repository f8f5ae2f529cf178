import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditDocument } from "../../src/audit/document.ts";
import { mostOfTarget } from "../../src/operate/audits.ts";
import { openTestbed, type Testbed } from "../../src/testbed/testbed.ts";
import { probe } from "../probe/samples.ts";
import { type Ended, plumbline as run } from "../setup/plumbline.ts";
import { barriers, type BrowserWorld, openBrowser, openBrowserWorld, watchErrors } from "./browser.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-audits-"));
const config = join(folder, "plumbline.yaml");
const key = "sk-canary-key-for-audit-0123456789";
let browser: Browser;
let world: BrowserWorld;
let testbed: Testbed;

beforeAll(async () => {
  browser = await openBrowser();
  world = await openBrowserWorld(browser, [probe]);
  testbed = await openTestbed({ pace: { minMs: 5, maxMs: 15 }, key });
  writeFileSync(
    config,
    `targets:
  mini: { baseUrl: { env: BASE_URL }, model: gpt-4o-mini, key: { env: KEY }, audit: { environment: staging } }
probes:
  - { name: valid, target: mini, scenario: valid-request, every: 5m }
`,
  );
});
afterAll(async () => {
  await browser.close();
  await world[Symbol.asyncDispose]();
  await testbed.close();
  rmSync(folder, { recursive: true, force: true });
});

const plumbline = (...words: readonly string[]): Promise<Ended> =>
  run(["audit", ...words, "--url", world.url], { BASE_URL: testbed.baseUrl, KEY: key });

const post = (body: unknown): Promise<Response> =>
  fetch(`${world.url}/api/v1/audits`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

function newest(): AuditDocument {
  const [file = ""] = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .toReversed();
  return JSON.parse(readFileSync(join(folder, file), "utf8")) as AuditDocument;
}

test("an audit is sent, read on its page, and compared with the one before it", async () => {
  const words = ["mini", "--config", config, "--out", folder, "--yes"];
  const first = await plumbline(...words, "--send");
  expect(first.stderr).toContain(`keeps it: ${world.url}/audits/mini%2F`);
  expect(first.code).toBe(3);
  testbed.inject("error-envelope");
  expect((await plumbline(...words)).code).toBe(3);
  testbed.clear("error-envelope");
  const [file = ""] = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .toReversed();
  expect(await plumbline("send", join(folder, file))).toMatchObject({ code: 0 });
  expect(await plumbline("send", join(folder, file))).toMatchObject({ code: 2 });
  const listed = await plumbline("list", "--target", "mini");
  expect(listed.stdout.trim().split("\n")).toHaveLength(2);
  expect(listed.stdout).toContain("NOT READY: ");
  const shown = await plumbline("show", newest().id);
  expect(shown.stdout).toContain("billing: ");

  const context = await browser.newContext({ javaScriptEnabled: false });
  const errors = watchErrors(context);
  const page = await context.newPage();
  await page.goto(`${world.url}/audits`);
  expect(await page.locator("#audits").textContent()).toMatch(
    /mini[\s\S]*NOT READY[\s\S]*\d+ met, \d+ broken, \d+ open/,
  );
  await page.getByRole("link", { name: "mini" }).click();
  expect(await page.locator("h1").textContent()).toMatch(/\d+ of \d+ rules met, \d+ broken, \d+ open, 0 accepted/);
  const open = page.locator("#open");
  expect(await open.locator("code", { hasText: "targets.mini.audit.billing" }).count()).toBeGreaterThan(0);
  expect(await page.getByRole("region", { name: "Evidence: table" }).locator("tbody tr").count()).toBe(
    newest().evidence.length,
  );
  await page.getByRole("link", { name: "What changed since" }).click();
  expect(await page.locator("#differences").textContent()).toContain("reply to invalid-key/invalid-key");
  expect(errors).toEqual([]);

  const held = JSON.stringify((await world.pool.query("SELECT * FROM plumbline.audits")).rows);
  expect(held).toContain("invalid-key");
  expect(held).not.toContain(key);
  expect(await page.content()).not.toContain(key);
  await context.close();
});

test.each(["light", "dark"] as const)("axe finds nothing on the pages of audits (%s)", async (colorScheme) => {
  const context = await browser.newContext({ colorScheme, viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  const id = encodeURIComponent(newest().id);
  for (const path of ["/audits", `/audits/${id}`, `/audits/diff?from=${id}&to=${id}`]) {
    await page.goto(`${world.url}${path}`);
    expect(await barriers(page), path).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth"), path).toBeLessThanOrEqual(0);
  }
  await context.close();
});

test("only what an audit has is kept, nothing that contains a secret, and no more than fits", async () => {
  const document = { ...newest(), target: "many" };
  const [row] = document.evidence;
  const reply = await post({
    ...document,
    id: "many/0",
    completion: "plumb-content",
    evidence: [{ ...row, prompt: "plumb-content" }],
  });
  expect(reply.status).toBe(201);
  const kept = await (await fetch(`${world.url}/api/v1/audits/many%2F0`)).text();
  expect(kept).toContain('"target":"many"');
  expect(kept).not.toContain("plumb-content");

  const exposed = await post({
    ...document,
    id: "many/exposed",
    sinks: [{ sink: "this audit", bytes: 9, found: ["the key"] }],
  });
  expect(exposed.status).toBe(409);
  expect(await exposed.json()).toEqual({ error: "the audit contains the key: it was not stored" });
  expect((await post({ ...document, decision: undefined })).status).toBe(400);
  expect((await post({ ...document, provider: "x".repeat(30_000) })).status).toBe(400);

  for (let index = 1; index <= mostOfTarget; index += 1) {
    expect((await post({ ...document, id: `many/${index}` })).status).toBe(201);
  }
  const left = (await world.operations.audits.list("many")).map(({ id }) => id);
  expect(left).toHaveLength(mostOfTarget);
  expect(left).not.toContain("many/0");
  expect((await world.operations.auditLog())[0]).toMatchObject({ what: "add-audit", by: "local" });
});
