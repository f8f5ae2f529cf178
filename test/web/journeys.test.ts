import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Outcome } from "../../src/exchange/exchange.ts";
import { incidentId } from "../../src/incident/incident.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { probe } from "../probe/samples.ts";
import { completion, fakeExchanger, ok } from "../run/fake-exchanger.ts";
import { quietWorld } from "../run/quiet-world.ts";
import { type BrowserWorld, openBrowser, openBrowserWorld, watchErrors } from "./browser.ts";

const many = 10_000;
let browser: Browser;
let few: BrowserWorld;
let large: BrowserWorld;
const drift = { falsePageEveryMs: 300 * 60_000, samples: 20, pageAfterMs: 1, fullAfterMs: 1 };
const changing: Probe = { ...probe, id: "changing@here", judge: { ...probe.judge, drift } };

beforeAll(async () => {
  browser = await openBrowser();
  few = await openBrowserWorld(browser, [changing]);
  const probes = Array.from({ length: many }, (_, index) => ({
    ...probe,
    id: `p${index}@here`,
    target: { ...probe.target, name: `target-${index % 500}` },
  }));
  large = await openBrowserWorld(browser, probes);
  await large.pool.query(
    `INSERT INTO plumbline.run_hours (probe_id, hour, ok, fail, timed, total_ms, least_ms, most_ms, tokens)
     SELECT 'p' || p || '@here', date_trunc('hour', now(), 'UTC') - h * interval '1 hour', 59, 1, 60, 48000, 500, 1900, 600
     FROM generate_series(0, ${many - 1}) p, generate_series(0, 23) h`,
  );
});
afterAll(async () => {
  await browser.close();
  await few[Symbol.asyncDispose]();
  await large[Symbol.asyncDispose]();
});

async function visit(at: BrowserWorld, path: string): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const errors = watchErrors(context);
  const page = await context.newPage();
  await page.goto(`${at.url}${path}`);
  return { page, errors };
}

let nowMs = Date.now() - 4 * 3_600_000;

/** Runs until the loss of a member has opened an incident. */
async function incidentOfDrift(): Promise<string> {
  const withoutRole = (): Outcome =>
    ok(completion({ choices: [{ index: 0, message: { content: "plumb" }, finish_reason: "stop" }] }));
  let answer: () => Outcome = () => ok();
  const world = quietWorld(() => nowMs, { exchanger: fakeExchanger(() => answer()), runs: few.store });
  const run = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count += 1) await runProbe(world, changing, (nowMs += 60_000));
  };
  await run(30);
  answer = withoutRole;
  await run(3);
  const found = (await few.store.overview(Date.now())).incidents.find(({ kind }) => kind === "contract");
  if (found === undefined) throw new Error("no incident");
  return incidentId(found);
}

test("a change of the contract is accepted after its diff, and taken back on the page of the baseline", async () => {
  const { page, errors } = await visit(few, `/incidents/${encodeURIComponent(await incidentOfDrift())}`);
  expect(await page.locator("#changes").textContent()).toMatch(
    /choices\[\]\.message\s*role[\s\S]*before\s*string in all 5\s*after\s*absent in all 3/,
  );
  await page.locator("#act-accept summary").click();
  expect(await page.locator("#act-accept .preview").textContent()).toMatch(/message\.role: string .* may be absent/);
  await page.locator("#act-accept").getByLabel("Reason").fill("announced in their changelog");
  await page.locator("#act-accept button").click();
  await page.getByText("Accepted as the new normal.", { exact: true }).waitFor();
  expect(await page.getByRole("button", { name: "Undo: go back to the baseline before" }).count()).toBe(1);
  expect(await page.locator("#timeline").textContent()).toContain("announced in their changelog");

  await page.goto(`${few.url}/baselines?probe=${encodeURIComponent(changing.id)}`);
  await page.getByRole("link", { name: "shape of replies", exact: true }).click();
  expect(await page.locator("main").textContent()).toMatch(/Version 1 to 2[\s\S]*message\.role[\s\S]*may be absent/);
  await page.getByLabel("Reason, kept in the audit log").fill("it was not meant");
  await page.getByRole("button", { name: "Go back" }).click();
  await page.getByText("Runs are compared with the version you chose").waitFor();
  expect(await page.locator("main").textContent()).toContain("back to version 1: it was not meant");
  expect(errors).toEqual([]);
});

test("a planned change of a whole target ends its incidents, after saying which", async () => {
  const incident = await incidentOfDrift();
  const { page } = await visit(few, `/incidents/${encodeURIComponent(incident)}?act=planned`);
  const form = page.locator("#act-planned");
  expect(await page.evaluate("document.activeElement.id")).toBe("why-planned");
  expect(await form.innerText()).toContain("All 1 probe of mini: ends 1 incident");
  await form.getByLabel("What changed").selectOption("target");
  await form.getByLabel("Reason").fill("we moved to the new gateway");
  await form.getByRole("button").click();
  await page.getByText("its incidents have ended").waitFor();
  expect((await few.operations.incidents.get(incident))?.incident.state).toBe("resolved");
});

test.each([
  "/",
  "/?page=250",
  "/?search=target-77",
  "/incidents",
  "/baselines",
  "/quiet",
  "/spend",
  "/report",
  "/report/target-7",
  "/probes/p7@here",
])(`${many} probes: %s takes 200 ms at most, and has a bounded size`, async (path) => {
  let leastMs = Number.POSITIVE_INFINITY;
  let size = 0;
  // The machine may be busy with other things: the best of a few counts.
  for (let tries = 0; tries < 8 && leastMs > 200; tries += 1) {
    const startedMs = performance.now();
    const reply = await fetch(`${large.url}${path}`);
    size = (await reply.text()).length;
    leastMs = Math.min(leastMs, performance.now() - startedMs);
    expect(reply.status).toBe(200);
  }
  expect(leastMs).toBeLessThanOrEqual(200);
  expect(size).toBeLessThanOrEqual(400_000);
});

test(`${many} probes: a person finds one by a word`, async () => {
  const { page } = await visit(large, "/");
  expect(await page.locator("#grid").textContent()).toContain("page 1 of 250");
  await page.getByLabel("Search probes").fill("target-499");
  await page.getByRole("button", { name: "Search" }).click();
  expect(await page.locator("#grid tbody tr.group").count()).toBe(1);
  expect(await page.locator("#grid tbody tr:not(.group)").count()).toBe(20);
});
