import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { probe } from "../probe/samples.ts";
import { type BrowserWorld, openBrowser, openBrowserWorld } from "./browser.ts";

const nightly = {
  name: "nightly",
  match: { location: ["e*"] },
  cron: "0 3 * * *",
  tz: "Europe/Berlin",
  forMs: 3_600_000,
};
const shown = { ...probe, id: "seen0@here", alerting: { ...probe.alerting, maintenance: [nightly] } };
let browser: Browser;
let open: BrowserWorld;

beforeAll(async () => {
  browser = await openBrowser();
  open = await openBrowserWorld(browser, [shown]);
});
afterAll(async () => {
  await browser.close();
  await open[Symbol.asyncDispose]();
});

test("the axis of a chart shows the clock of the browser, with its day of 25 hours; dragging zooms", async () => {
  const [fromMs, toMs] = [Date.parse("2025-10-25T00:00Z"), Date.parse("2025-10-28T00:00Z")];
  await open.pool.query(
    `INSERT INTO plumbline.run_hours (probe_id, hour, ok, timed, total_ms, least_ms, most_ms)
     SELECT 'seen0@here', h, 60, 60, 48000, 500, 1900 FROM generate_series('2025-10-25Z'::timestamptz, '2025-10-27 23:00Z', '1 hour') h`,
  );
  await open.pool.query(
    `INSERT INTO plumbline.planned (id, target, starts_at, by, why)
     VALUES ('p-1', 'mini', '2025-10-26 08:00Z', 'ann', 'new gateway'), ('p-2', 'other', '2025-10-26 08:00Z', 'ann', 'elsewhere')`,
  );
  const chart = `/probes/seen0%40here?from=${fromMs}&to=${toMs}`;
  const page = await browser.newPage({ timezoneId: "Europe/Berlin" });
  await page.goto(`${open.url}${chart}`);
  const ticks = await page
    .locator("#curve svg")
    .nth(0)
    .locator(".ticks text")
    .evaluateAll((all) => all.map((tick) => [tick.textContent, Number(tick.getAttribute("x"))] as const));
  const timeOf = (place: number) => new Date(fromMs + ((place - 56) / (860 - 56)) * (toMs - fromMs));
  const hours = ticks.map(
    ([text, place]) =>
      `${text} ${timeOf(place + 0.1)
        .toISOString()
        .slice(5, 13)}`,
  );
  expect(hours).toEqual(["12:00 10-25T10", "10-26 10-25T22", "12:00 10-26T11", "10-27 10-26T23", "12:00 10-27T11"]);
  // Nights of maintenance, and the change that was planned for this target.
  expect(await page.locator("#curve figure > svg > .maintenance").count()).toBe(3);
  expect(await page.locator("#curve figure > svg > .planned").allTextContents()).toEqual([
    "planned: new gateway, 2025-10-26 08:00 UTC",
  ]);
  const svg = await page.locator("#curve svg.chart").first().boundingBox();
  if (svg === null) throw new Error("no chart");
  await page.mouse.move(svg.x + svg.width * 0.4, svg.y + 40);
  expect(await page.locator("#curve figure > p").first().textContent()).toMatch(
    /^2025-10-26 \d\d:00: 800 ms \(500 ms to 1\.9 s\), 60 runs$/,
  );
  await page.mouse.down();
  await page.mouse.move(svg.x + svg.width * 0.6, svg.y + 40);
  await page.mouse.up();
  await page.waitForURL((url) => Number(url.searchParams.get("from")) > fromMs + 3_600_000);
});
