import { afterAll, beforeAll, expect, test } from "vitest";
import { incidentId } from "../../src/incident/incident.ts";
import { createOperations, type Operations } from "../../src/operate/operations.ts";
import { reportPage, reportsPage } from "../../src/pages/report.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore } from "../../src/store/store.ts";
import { openStorePool } from "../setup/databases.ts";
import { claimOf, finishOf, incidentOf, noonMs, openedFor } from "../store/samples.ts";
import { probe } from "../probe/samples.ts";

const month = new Date(noonMs).toISOString().slice(0, 7);
const viewer = { name: "ann", mayWrite: false, hasSession: false, nowMs: noonMs };
const target = { ...probe.target, name: "reported", objectives: [] };
let pool: StorePool;
let operations: Operations;
let id: string;

beforeAll(async () => {
  pool = await openStorePool();
  const store = await openStore(pool, noonMs, 30);
  operations = createOperations({
    store,
    clock: { nowMs: () => noonMs, monotonicMs: () => 0 },
    freshId: (kind) => kind,
    probes: [{ ...probe, id: "reported@here", target }],
    enqueue: () => Promise.resolve(),
    receiversOf: () => ["pager"],
    nudge: () => {},
  });
  const incident = incidentOf("reported@here", noonMs - 60_000, {
    target: "reported",
    label: "total <time>",
    tier: "page",
  });
  id = incidentId(incident);
  const claim = claimOf(incident.probeId, noonMs - 60_000);
  await store.claim(claim);
  await store.commit(finishOf(claim), () => openedFor(incident, ["pager"]));
  await pool.pool.query(
    `INSERT INTO plumbline.run_hours (probe_id, hour, ok, fail, timed, total_ms, least_ms, most_ms, tokens, micro_usd)
     SELECT 'reported@here', date_trunc('hour', $1::timestamptz, 'UTC') - h * interval '1 hour', 59, 1, 60, 48000, 500, 1900, 600, 250
     FROM generate_series(2, 11) h`,
    [new Date(noonMs).toISOString()],
  );
  await pool.pool.query(
    "INSERT INTO plumbline.acts (at, by, what, subject, why) VALUES ($1, 'ann', 'plan-change', 'reported', 'new gateway')",
    [new Date(noonMs - 1000).toISOString()],
  );
});
afterAll(() => pool.close());

test("a month of a target: its runs, incidents, decisions and pages, from the API", async () => {
  const report = await operations.report("reported", month);
  expect(report?.days.reduce((sum, { judged }) => sum + judged, 0)).toBe(601);
  expect(report).toMatchObject({
    target: "reported",
    shift: { incidents: 1, pages: 0, falsePositives: 0 },
    incidents: [{ id, label: "total <time>", openedAtMs: noonMs - 59_100 }],
    decisions: [{ by: "ann", what: "plan-change", subject: "reported", why: "new gateway" }],
    promisedEveryMs: probe.judge.drift.falsePageEveryMs,
  });
  expect(await operations.report("nobody")).toBeUndefined();
  expect((await operations.report("reported", "2020-02"))?.days).toEqual([]);
});

test("the page says so, and text of others stays text", async () => {
  const report = await operations.report("reported", month);
  if (report === undefined) throw new Error("no report");
  const page = reportPage(report, month, viewer)
    .replaceAll(/<[^>]*>|\s+/g, " ")
    .replaceAll(/ +/g, " ");
  expect(page).toContain("98.33 % of 601 judged runs");
  expect(page).toContain("800 ms on average, 1.9 s at most");
  expect(page).toContain("total &lt;time&gt;");
  expect(page).toMatch(/planned reported ann new gateway/);
});

test("the first page lists every target, and leads to the months beside", async () => {
  const shifts = await operations.shifts(month);
  const page = reportsPage({ month, shifts, targets: ["quiet", "reported"] }, viewer);
  expect(page).toMatch(/href="\/report\/reported\?month=\d{4}-\d{2}"/);
  expect(page).toContain('href="/report/quiet?');
  expect(page.match(/aria-current="true"/g)).toHaveLength(1);
});
