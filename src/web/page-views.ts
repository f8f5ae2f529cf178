import { setTimeout as sleep } from "node:timers/promises";
import type { RecentDigest } from "../operate/digest.ts";
import { hourMs, minuteMs } from "../std/duration.ts";
import { type IncidentBrief, briefOf } from "../operate/incident-brief.ts";
import type { Refusal } from "../pages/acts.ts";
import { undoForm } from "../pages/undo.ts";
import { incidentPage } from "../pages/incident.ts";
import { incidentsPage } from "../pages/incidents.ts";
import { runFilters } from "../operate/probes.ts";
import { chartCsv } from "../pages/chart-data.ts";
import { auditDiffPage, auditPage, auditsPage } from "../pages/audits.ts";
import { baselinePage, baselinesPage } from "../pages/baselines.ts";
import { quietPage } from "../pages/quiet.ts";
import { spendPage } from "../pages/spend.ts";
import { nowPage } from "../pages/now.ts";
import { probePage, ranges } from "../pages/probe.ts";
import { reportPage, reportsPage } from "../pages/report.ts";
import { month } from "../operate/shifts.ts";
import { runPage } from "../pages/run.ts";
import type { PageRequest, PageRoute, PagesWorld } from "./page-route.ts";

const shownCards = 12;
const listedCards = 100;

const reading = (path: string, answer: PageRoute["answer"]): PageRoute => ({
  method: "get",
  path,
  scope: "read",
  answer,
});

/** Pages that show something. */
export const readingRoutes: readonly PageRoute[] = [
  reading("/", async ({ operations, troubles }, { visit, query }) => {
    const search = (query["search"] ?? "").slice(0, 200);
    const page = pageOf(query);
    const [board, incidents] = await Promise.all([
      operations.boards.read(search, page),
      operations.incidents.list(false),
    ]);
    const first = incidents
      .toSorted((a, b) => Number(a.state !== "open") - Number(b.state !== "open"))
      .slice(0, shownCards);
    return nowPage(
      { board, search, incidents: first.map((one): IncidentBrief => briefOf(one)), troubles: troubles() },
      visit,
    );
  }),
  reading("/incidents", async ({ operations }, { visit, query }) => {
    const all = query["state"] === "all";
    const incidents = await operations.incidents.list(all);
    const shown = incidents.slice(0, listedCards).map((one) => briefOf(one));
    return incidentsPage({ incidents: shown, all, found: incidents.length }, visit);
  }),
  reading("/incidents/:id", (world, request) => showIncident(world, request)),
  reading("/probes/:id", (world, request) => showProbe(world, request)),
  reading("/probes/:id/chart.csv", async (world, request) => {
    const chart = await chartOf(world, request);
    return (
      chart && request.context.body(chartCsv(chart), 200, { "content-type": "text/csv; charset=utf-8; header=present" })
    );
  }),
  reading("/baselines", async ({ operations: { boards, baselines } }, { visit, query }) => {
    const { probe, page } = { probe: query["probe"], page: pageOf(query) };
    const search = (query["search"] ?? "").slice(0, 200);
    if (probe !== undefined) {
      return baselinesPage({ series: await baselines.listOf([probe]), search, probe, page: 1, pages: 1 }, visit);
    }
    const found = boards.find(search, page);
    return baselinesPage({ ...found, series: await baselines.listOf(found.ids), search }, visit);
  }),
  reading("/baselines/:id", async ({ operations: { baselines } }, { id, visit, query }) => {
    const history = await baselines.history(id);
    if (history === undefined) return undefined;
    const diff = history.versions.length > 1 ? await baselines.diff(id) : undefined;
    const done = query["done"] === "reject" ? "Done. Runs are compared with the version you chose." : undefined;
    return baselinePage(
      {
        history,
        done,
        ...(diff !== undefined && "text" in diff && { diff }),
      },
      visit,
    );
  }),
  reading("/spend", async ({ operations: { spend } }, { visit }) => spendPage(await spend.read(), visit)),
  reading("/audits", async ({ operations: { audits } }, { visit }) => auditsPage(await audits.list(), visit)),
  reading("/audits/diff", async ({ operations: { audits } }, { visit, query }) => {
    const [from, to] = await Promise.all([audits.get(query["from"] ?? ""), audits.get(query["to"] ?? "")]);
    return from && to && auditDiffPage(from.document, to.document, visit);
  }),
  reading("/audits/:id", async ({ operations: { audits } }, { id, visit }) => {
    const found = await audits.get(id);
    if (found === undefined) return undefined;
    const history = await audits.list(found.audit.target);
    const before = history.find(({ startedAtMs }) => startedAtMs < found.audit.startedAtMs);
    return auditPage({ ...found, before }, visit);
  }),
  reading("/report", async ({ operations: { shifts }, targets }, { visit, query }) => {
    const wanted = monthIn(query, visit.nowMs);
    return reportsPage({ month: wanted, shifts: await shifts(wanted, []), targets }, visit);
  }),
  reading("/report/:id", async ({ operations: { report } }, { id, visit, query }) => {
    const wanted = monthIn(query, visit.nowMs);
    const found = await report(id, wanted);
    return found && reportPage(found, wanted, visit);
  }),
  reading("/quiet", (world, request) => showQuiet(world, request)),
  reading("/runs/:id", async ({ operations, traceUrl }, { id, visit }) => {
    const run = await operations.probes.run(id);
    return run && runPage(run, traceUrl, visit);
  }),
];

/** The page of one incident, also as the answer to a form that could not be done. */
export async function showIncident(
  world: PagesWorld,
  { id, visit, query }: PageRequest,
  refusal?: Refusal,
): Promise<string | undefined> {
  const { operations, traceUrl, nowMs } = world;
  const found = await operations.incidents.brief(id);
  if (found === undefined) return undefined;
  const { brief, ...history } = found;
  const { incident } = history;
  const toMs = Math.min(nowMs(), (incident.resolvedAtMs ?? Infinity) + 15 * minuteMs);
  const beforeMs = Math.max(10 * minuteMs, Math.min(24 * hourMs, 2 * (toMs - incident.firstBadSlotMs)));
  const isTimed = incident.kind === "latency" || incident.kind === "availability";
  const chart =
    isTimed && incident.group === undefined
      ? await operations.charts.read(incident.probeId, Math.max(0, incident.firstBadSlotMs - beforeMs), toMs)
      : undefined;
  const preview = await operations.incidents.preview(id);
  if (preview === undefined) return undefined;
  const text = query["done"] === undefined ? undefined : doneTexts[query["done"]];
  const done = text === undefined ? undefined : { text, undo: undoForm(query) };
  const view = { brief, history, traceUrl, preview, refusal, done, prepared: query["act"]?.slice(0, 40) };
  return incidentPage({ ...view, ...(chart !== undefined && !("kind" in chart) && { chart }) }, visit);
}

/** The page of one probe, also as the answer to a form. */
async function showProbe(world: PagesWorld, request: PageRequest): Promise<string | undefined> {
  const { id, visit, query } = request;
  const { probes } = world.operations;
  const filter = runFilters.find((one) => one === query["runs"]) ?? "all";
  const [probe, chart, runs] = await Promise.all([probes.get(id), chartOf(world, request), probes.runs(id, filter)]);
  if (probe === undefined || chart === undefined || runs === undefined) return undefined;
  const done = query["done"] === undefined ? undefined : probeDone[query["done"]];
  return probePage({ probe, chart, runs, filter, asTable: query["table"] === "yes", done }, visit);
}

/** The time that the address names; by default a day, or less of a probe that is younger. */
async function chartOf({ operations, nowMs }: PagesWorld, { id, query }: PageRequest) {
  const now = nowMs();
  const [from, to] = [Number(query["from"]), Number(query["to"])];
  const isGiven = Number.isSafeInteger(from) && Number.isSafeInteger(to) && from > 0 && to - from >= minuteMs;
  const named = ranges.find(([text]) => text === query["range"]);
  const lengthMs = named?.[1] ?? (await lifeOf(operations, id, now));
  const chart = isGiven
    ? await operations.charts.read(id, from, to)
    : await operations.charts.read(id, now - lengthMs, now);
  return chart === undefined || "kind" in chart ? undefined : chart;
}

/** A day, or less of a probe that is younger. The second look is at finer points, which say better when it began. */
async function lifeOf({ charts }: PagesWorld["operations"], id: string, nowMs: number): Promise<number> {
  let lengthMs = 24 * hourMs;
  for (let look = 0; look < 2; look += 1) {
    const chart = await charts.read(id, nowMs - lengthMs, nowMs);
    const firstMs = chart === undefined || "kind" in chart ? undefined : chart.points[0]?.atMs;
    if (firstMs === undefined) return hourMs;
    lengthMs = Math.min(24 * hourMs, Math.max(2 * minuteMs, (nowMs - firstMs) * 1.05));
  }
  return lengthMs;
}

const digestPatienceMs = 100;

/** The newest if it is ready soon, otherwise the one before. */
const digestSoon = async ({ ready, newest }: RecentDigest) =>
  (await Promise.race([newest, sleep(digestPatienceMs, undefined, { ref: false })])) ?? ready;

async function showQuiet({ operations, targets }: PagesWorld, { visit, query }: PageRequest): Promise<string> {
  const { silences, maintenance, plans, digests, deliveries, auditLog } = operations;
  const [silenced, windows, planned, digest, failed, log] = await Promise.all([
    silences.list(),
    maintenance(),
    plans.list(),
    digestSoon(digests.recent()),
    deliveries.list("failed"),
    auditLog(),
  ]);
  const done = query["done"] === undefined ? undefined : quietDone[query["done"]];
  return quietPage(
    { silences: silenced, maintenance: windows, plans: planned, digest, failed, log, targets, done },
    visit,
  );
}

/** A month that has begun; anything else is the current one. */
function monthIn(query: PageRequest["query"], nowMs: number): string {
  const current = new Date(nowMs).toISOString().slice(0, 7);
  const given = month.safeParse(query["month"]).data;
  return given === undefined || given > current ? current : given;
}

const pageOf = (query: PageRequest["query"]): number => Math.max(1, Number.parseInt(query["page"] ?? "1", 10) || 1);

const quietDone: Readonly<Record<string, string>> = {
  silence: "Silenced. It ends by itself.",
  expire: "The silence has ended.",
  plan: "Planned. The series learn a new normal from then on.",
  unplan: "The planned change is cancelled.",
  retry: "Another attempt is due.",
};

const probeDone: Readonly<Record<string, string>> = {
  run: "Asked for one run. It appears in the list when it is done.",
  pause: "Paused. Its slots are skipped until you resume it.",
  resume: "Resumed.",
};

const doneTexts: Readonly<Record<string, string>> = {
  acknowledge: "Acknowledged. Reminders stop until the incident is resolved.",
  silence: "Silenced. The silence ends by itself.",
  accept: "Accepted as the new normal.",
  planned: "Planned. The series learn a new normal from now on, and its incidents have ended.",
  exclude: "Excluded: nothing is learned from the time of this incident.",
  noise: "Marked as a false positive.",
  expect: "Expected. The incident closes with the next good run.",
  resolve: "Resolved. If the problem returns, a new incident opens.",
};
