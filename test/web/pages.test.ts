import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { actionAddress, type ActionLink } from "../../src/incident/action-link.ts";
import { getIncident } from "../../src/operate/incidents.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { eventually } from "../setup/eventually.ts";
import { probe } from "../probe/samples.ts";
import { claimOf, finishOf } from "../store/samples.ts";
import { barriers, type BrowserWorld, linkKey, openBrowser, openBrowserWorld, watchErrors } from "./browser.ts";

const hostile = '"><script>document.title="owned"</script><img src=x onerror="document.title=1">\u202ereversed';
const tokens = [
  { name: "ann", scope: "write", token: "ann-token-0123456789" },
  { name: "bob", scope: "read", token: "bob-token-0123456789" },
] as const;

const probes: readonly Probe[] = Array.from({ length: 3 }, (_, index) => ({ ...probe, id: `seen${index}@here` }));
let browser: Browser;
let open: BrowserWorld;
let guarded: BrowserWorld;

beforeAll(async () => {
  browser = await openBrowser();
  open = await openBrowserWorld(browser, probes);
  guarded = await openBrowserWorld(browser, probes, tokens);
  for (const { id } of probes) {
    for (let back = 30; back > 0; back -= 1) {
      const claim = claimOf(id, Date.now() - back * 60_000, { model: hostile });
      await open.store.claim(claim);
      await open.store.commit(finishOf(claim), () => ({ ...nothing, verdict: back % 7 === 0 ? "fail" : "ok" }));
    }
  }
});
afterAll(async () => {
  await browser.close();
  await open[Symbol.asyncDispose]();
  await guarded[Symbol.asyncDispose]();
});

const nothing = { findings: [], unjudged: [], series: [], incidents: [], transitions: [], outbox: [] } as const;
const pageOf = (id: string) => `/incidents/${encodeURIComponent(id)}`;

async function visit(at: BrowserWorld, path: string, options: Parameters<Browser["newContext"]>[0] = {}) {
  const context = await browser.newContext(options);
  const errors = watchErrors(context);
  const page = await context.newPage();
  await page.goto(`${at.url}${path}`);
  return { page, errors, context };
}

async function overflow(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - innerWidth");
}

test("from the first page to the incident, acknowledged with a reason: the timeline and the API say so", async () => {
  const id = await open.openIncident({ label: "journey" });
  const { page, errors } = await visit(open, "/");
  await page
    .getByRole("link", { name: /some-model|journey|seen/ })
    .first()
    .waitFor();
  expect(await page.locator("h1").textContent()).toMatch(/need/);
  await page.goto(`${open.url}${pageOf(id)}`);
  await page.getByLabel("Reason, kept in the audit log").first().fill("looking at it with the provider");
  await page.getByRole("button", { name: "Acknowledge" }).click();
  await page.getByText("Acknowledged. Reminders stop").waitFor();
  expect(await page.locator("#timeline").textContent()).toContain("by local: looking at it with the provider");
  expect(await page.locator("#head").textContent()).toMatch(/owner\s*local: looking at it/);
  // What the command line reads.
  const reply = await fetch(`${open.url}/api/v1${getIncident.path.replace("{id}", encodeURIComponent(id))}`);
  expect(await reply.json()).toMatchObject({
    data: { incident: { state: "acknowledged", acknowledged: { by: "local" } } },
  });
  expect(errors).toEqual([]);
});

test("without a script and on a phone everything can be read and done", async () => {
  const id = await open.openIncident();
  const phone = { javaScriptEnabled: false, viewport: { width: 390, height: 844 } };
  const { page } = await visit(open, pageOf(id), phone);
  await page.getByText("Silence it for a while").click();
  const form = page.locator("#act-silence");
  await form.getByLabel("For how long").selectOption("4");
  await form.getByLabel("Reason").fill("deploying");
  await form.getByRole("button", { name: "Silence" }).click();
  await page.getByText("Silenced. The silence ends by itself").waitFor();
  await page.goto(`${open.url}/quiet`);
  expect(await page.locator("#silences").textContent()).toContain("deploying");
  await page.locator("#silences").getByRole("button", { name: "End it now" }).first().click();
  await page.getByText("The silence has ended.").waitFor();
  expect(await page.locator("#silences").textContent()).toContain("Nothing is silenced");
});

test("the link of an alert leads whoever is signed in to the incident, with the act prepared and nothing done", async () => {
  const id = await guarded.openIncident();
  const addressOf = (act: ActionLink["act"]) => {
    const link = { act, incidentId: id, receiver: "pager", expiresAtMs: Date.now() + 60_000 };
    const address = new URL(actionAddress(guarded.url, link, linkKey));
    return `${address.pathname}${address.search}`;
  };
  const { page } = await visit(guarded, addressOf("silence"));
  expect(await page.locator("h1").textContent()).toBe("Silence for 1 h?");
  await page.goto(`${guarded.url}/sign-in`);
  await page.getByLabel("Token").fill(tokens[0].token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.goto(`${guarded.url}${addressOf("silence")}`);
  expect(new URL(page.url()).pathname).toBe(pageOf(id));
  const form = page.locator("#act-silence");
  expect(await form.getByLabel("Reason").inputValue()).toBe("known, and somebody is on it");
  const button = form.getByRole("button", { name: "Silence" });
  expect(await page.evaluate("document.activeElement.textContent")).toMatch(/^\s*Silence\s*$/);
  expect(await guarded.operations.silences.list()).toEqual([]);
  await button.click();
  await page.getByRole("button", { name: "Undo: end the silence now" }).click();
  await page.getByText("The silence has ended.").waitFor();

  await guarded.operations.incidents.acknowledge(id, "carol", "mine");
  await page.goto(`${guarded.url}${addressOf("acknowledge")}`);
  await page.getByText("is not possible now: carol owns it already").waitFor();
});

test("what cannot be done says why, and keeps what was written", async () => {
  const id = await open.openIncident();
  const { page } = await visit(open, pageOf(id), { javaScriptEnabled: false });
  await open.operations.incidents.acknowledge(id, "carol", "first");
  await page.getByLabel("Reason, kept in the audit log").first().fill("second");
  await page.getByRole("button", { name: "Acknowledge" }).click();
  // The form is gone, as somebody owns it now: the page says who.
  expect(await page.locator("#head").textContent()).toMatch(/owner\s*carol: first/);
});

test("a hostile text in every field stays text, and the layout holds", async () => {
  const finding = {
    kind: "contract",
    severity: "breaking",
    subject: hostile,
    expected: hostile,
    observed: hostile,
  } as const;
  const id = await open.openIncident({
    label: hostile,
    model: hostile,
    target: hostile.slice(0, 60),
    findings: [finding],
  });
  await open.operations.incidents.acknowledge(id, hostile.slice(0, 40), hostile);
  for (const path of ["/", "/incidents", pageOf(id), "/quiet", `/probes/${encodeURIComponent("seen0@here")}`]) {
    const { page, errors, context } = await visit(open, path, { viewport: { width: 390, height: 844 } });
    expect(await page.title(), path).toContain("Plumbline");
    expect(await page.locator("main img, main script").count(), path).toBe(0);
    expect(await page.content(), path).not.toContain("\u202e");
    expect(await overflow(page), path).toBeLessThanOrEqual(0);
    expect(errors, path).toEqual([]);
    await context.close();
  }
});

test.each(["light", "dark"] as const)("axe finds nothing on any page (%s)", async (colorScheme) => {
  const id = await open.openIncident();
  const paths = ["/", "/incidents", pageOf(id), `/probes/${encodeURIComponent("seen0@here")}?table=yes`, "/baselines"];
  const { page, context } = await visit(open, "/", { colorScheme });
  for (const path of [...paths, "/spend", "/report", "/report/mini", "/quiet", "/sessions", "/sign-in", "/nowhere"]) {
    await page.goto(`${open.url}${path}`);
    expect(await barriers(page), path).toEqual([]);
  }
  await context.close();
});

test("signing in: a reader may not act, a session that ends in the middle of a form loses nothing", async () => {
  const id = await guarded.openIncident();
  const { page, context } = await visit(guarded, pageOf(id));
  await page.getByLabel("Token").fill("wrong-token");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("This token is not known").waitFor();
  await page.getByLabel("Token").fill(tokens[1].token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("You may read.").waitFor();
  const refused = await page.request.post(`${guarded.url}${pageOf(id)}/acts`, {
    form: { act: "acknowledge", why: "x" },
    headers: { "sec-fetch-site": "same-origin" },
  });
  expect(refused.status()).toBe(403);
  await page.getByRole("button", { name: "Sign out" }).click();

  await page.goto(`${guarded.url}${pageOf(id)}`);
  await page.getByLabel("Token").fill(tokens[0].token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Reason, kept in the audit log").first().fill("long and thoughtful");
  const cookies = await context.cookies();
  expect(cookies.map(({ name }) => name).toSorted()).toEqual(["plumbline_form", "plumbline_session"]);
  for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
  const [session] = await guarded.store.sessions(Date.now());
  await guarded.store.endSession(session?.id ?? "");
  await page.getByRole("button", { name: "Acknowledge" }).click();
  await page.getByText("Nothing is lost").waitFor();
  await page.getByLabel("Token").fill(tokens[0].token);
  await page.getByRole("button", { name: "Sign in" }).click();
  expect(await page.getByLabel("Reason").inputValue()).toBe("long and thoughtful");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Acknowledged. Reminders stop").waitFor();
  expect((await guarded.operations.incidents.get(id))?.incident.acknowledged).toMatchObject({
    by: "ann",
    why: "long and thoughtful",
  });
});

test("a page may load from this service only, and runs no inline script", async () => {
  for (const path of ["/", "/quiet", "/sign-in"]) {
    const reply = await fetch(`${open.url}${path}`);
    const policy = reply.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(await reply.text()).not.toMatch(/<script>|<style|<[a-z][^>]* (on[a-z]+|style)=/i);
  }
});

test("another site cannot send a form", async () => {
  const id = await open.openIncident();
  const body = new URLSearchParams({ act: "resolve", why: "x" });
  const reply = await fetch(`${open.url}${pageOf(id)}/acts`, {
    method: "POST",
    body,
    headers: { origin: "https://evil.example" },
  });
  expect(reply.status).toBe(403);
  expect((await open.operations.incidents.get(id))?.incident.state).toBe("open");
});

test("every form carries a token, and nothing is done without it", async () => {
  const id = await open.openIncident();
  const paths = ["/", pageOf(id), `/probes/${encodeURIComponent("seen0@here")}`, "/quiet", "/sessions", "/sign-in"];
  for (const path of paths) {
    const page = await (await fetch(`${open.url}${path}`)).text();
    const forms = page.match(/<form method="post"/g) ?? [];
    expect(
      page.match(/<form method="post"[^>]*><input type="hidden" name="csrf" value="[\w-]{12}\.[\w-]{43}"/g) ?? [],
      path,
    ).toHaveLength(forms.length);
  }
  const body = new URLSearchParams({ act: "acknowledge", why: "forged" });
  const reply = await fetch(`${open.url}${pageOf(id)}/acts`, { method: "POST", body });
  expect(reply.status).toBe(403);
  expect((await open.operations.incidents.get(id))?.incident.state).toBe("open");
});

test("a form of an earlier session is shown again with what it held, and can be sent", async () => {
  const id = await open.openIncident();
  const { page, context } = await visit(open, pageOf(id), { javaScriptEnabled: false });
  await page.getByLabel("Reason, kept in the audit log").first().fill("written before the browser was restarted");
  await context.clearCookies();
  await page.getByRole("button", { name: "Acknowledge" }).click();
  await page.getByText("Nothing was done yet").waitFor();
  expect(await page.getByLabel("Reason").inputValue()).toBe("written before the browser was restarted");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Acknowledged. Reminders stop").waitFor();
});

test("a browser in Berlin reads each time in its own zone as well, across the end of summer time", async () => {
  const { page } = await visit(open, "/report/mini?month=2025-10", { timezoneId: "Europe/Berlin" });
  const titles = await page.locator(".lead time").evaluateAll((all) => all.map((one) => one.getAttribute("title")));
  expect(titles).toEqual([
    "2025-10-01 00:00 UTC, 2025-10-01 02:00 in Europe/Berlin",
    "2025-11-01 00:00 UTC, 2025-11-01 01:00 in Europe/Berlin",
  ]);
});

test("on a phone no table scrolls sideways", async () => {
  const id = await open.openIncident({
    evidence: [{ runId: "run-of-a-long-name@here/2026-01-01", traceId: "f".repeat(32) }],
  });
  const { page } = await visit(open, "/", { viewport: { width: 390, height: 844 } });
  for (const path of [
    "/",
    pageOf(id),
    `/probes/${encodeURIComponent("seen0@here")}`,
    "/spend",
    "/report",
    "/report/mini",
  ]) {
    await page.goto(`${open.url}${path}`);
    const wide = await page.evaluate(
      "[...document.querySelectorAll('.wide')].filter((one) => one.scrollWidth > one.clientWidth + 1).length",
    );
    expect(wide, path).toBe(0);
  }
});

test("a page updates by itself, says when the connection is lost, and recovers", async () => {
  const { page } = await visit(open, "/incidents");
  await open.openIncident({ label: "appears by itself" });
  await eventually(async () => expect(await page.locator("#list").textContent()).toContain("appears by itself"));
  await open.stop();
  await eventually(async () => expect(await page.locator("#lost").isVisible()).toBe(true));
  await open.start();
  await eventually(async () => expect(await page.locator("#lost").isVisible()).toBe(false));
});

test("keys: ? helps, j goes to the next row, / to the search", async () => {
  const { page } = await visit(open, "/baselines");
  await page.keyboard.press("?");
  expect(await page.getByRole("dialog", { name: "Keys" }).isVisible()).toBe(true);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "hidden" });
  await page.keyboard.press("/");
  expect(await page.evaluate("document.activeElement.id")).toBe("search");
  await page.goto(`${open.url}/incidents`);
  await page.keyboard.press("j");
  expect(await page.evaluate("document.activeElement.closest('.card') !== null")).toBe(true);
});
