import type { MonthReport, ReportDay } from "../operate/month-report.ts";
import type { ShiftsView } from "../operate/shifts.ts";
import { dayMs, formatDurationMs } from "../std/duration.ts";
import { formatMicroUsd } from "../std/money.ts";
import { isoSeconds } from "../std/time.ts";
import { type Html, html, path, trusted } from "./html.ts";
import { layout, type Viewer } from "./layout.ts";
import { factList, nothing, table } from "./table.ts";
import { moment, percent, state } from "./words.ts";
import { counted } from "../std/counted.ts";

export interface ReportsView {
  readonly month: string;
  readonly shifts: ShiftsView;
  /** Configured targets: those without a row had nothing to report. */
  readonly targets: readonly string[];
}

/** A month of all targets, each with a page to print. */
export function reportsPage({ month, shifts, targets }: ReportsView, viewer: Viewer): string {
  const known = new Map(shifts.targets.map((one) => [one.target, one]));
  const incidentsOf = (name: string): number => known.get(name)?.incidents ?? 0;
  const names = [...new Set([...targets, ...known.keys()])].toSorted(
    (a, b) => incidentsOf(b) - incidentsOf(a) || (a < b ? -1 : 1),
  );
  const rows = names.slice(0, mostTargets).map((target) => {
    const { incidents, pages, falsePositives, toAcknowledgeMs, toResolveMs } = known.get(target) ?? {};
    return [
      targets.includes(target) ? html`<a href="${addressOf(month, target)}">${target}</a>` : target,
      incidents ?? 0,
      pages ?? 0,
      falsePositives ?? 0,
      duration(toAcknowledgeMs),
      duration(toResolveMs),
    ];
  });
  const columns = ["incidents", "pages", "false positives", "to acknowledge", "to resolve"];
  const body = html`<h1>${monthText(month)}</h1>
    <p class="lead">What the month was like. Each target has a page to read or to print.</p>
    ${monthLinks(month, viewer.nowMs)}
    ${rows.length === 0 ? nothing("No target is configured yet.") : table("Targets", [{ head: "target" }, ...columns.map((head) => ({ head, kind: "num" as const }))], rows)}${
      names.length > mostTargets &&
      html`<p class="soft">
        and ${names.length - mostTargets} more, with as many incidents at most: <code>plumbline report</code> lists all
      </p>`
    }
    <p class="small soft">“To acknowledge” and “to resolve” are medians.</p>`;
  return layout({ title: `Report, ${monthText(month)}`, place: "/report", viewer, body });
}

/** A month of one target on one page, for the screen and for paper. */
export function reportPage(report: MonthReport, month: string, viewer: Viewer): string {
  const { target, models, fromMs, toMs, days, incidents, decisions } = report;
  const body = html`<h1>${target}, ${monthText(month)}</h1>
    <p class="lead">
      ${models.slice(0, 5).join(", ")}. From ${moment(fromMs)} to
      ${moment(toMs)}${toMs < fromMs + 28 * dayMs && ", the month is not over"}.
    </p>
    ${monthLinks(month, viewer.nowMs, target)}
    <div class="two">
      <section aria-labelledby="figures">
        <h2 id="figures">In figures</h2>
        ${figures(report)}
      </section>
      <section aria-labelledby="byday">
        <h2 id="byday">Availability by day</h2>
        <div class="panel">${days.length === 0 ? html`<p class="soft">No run is on record.</p>` : dayBars(report)}</div>
      </section>
    </div>
    <section aria-labelledby="incidents">
      <h2 id="incidents">Incidents</h2>
      ${incidents.length === 0 ? nothing("None opened in this month.") : incidentTable(incidents, toMs)}
    </section>
    <section aria-labelledby="decisions">
      <h2 id="decisions">Changes of what is normal</h2>
      ${decisions.length === 0 ? nothing("Nobody accepted, planned or took back a change.") : decisionTable(decisions)}
    </section>
    <section aria-labelledby="days">
      <h2 id="days">Days</h2>
      ${days.length === 0 ? nothing("No run is on record.") : dayTable(days)}
    </section>`;
  return layout({ title: `${target}, ${monthText(month)}`, place: "/report", viewer, body });
}

const mostTargets = 100;
const earliest = "2020-01";

const addressOf = (month: string, target?: string): string =>
  `${target === undefined ? "/report" : path("report", target)}?month=${month}`;

const duration = (ms: number | undefined): string => (ms === undefined ? "–" : formatDurationMs(Math.round(ms)));

/** `November 2026` */
function monthText(month: string): string {
  const date = new Date(`${month}-01T00:00:00Z`);
  return date.toLocaleDateString("en", { month: "long", year: "numeric", timeZone: "UTC" });
}

function monthLinks(month: string, nowMs: number, target?: string): Html {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const other = (by: number): string => new Date(Date.UTC(year, number - 1 + by)).toISOString().slice(0, 7);
  const [before, after] = [other(-1), other(1)];
  const isFuture = after > new Date(nowMs).toISOString().slice(0, 7);
  return html`<nav class="ranges" aria-label="Months">
    ${before >= earliest && html`<a href="${addressOf(before, target)}">${monthText(before)}</a>`}<b aria-current="true"
      >${monthText(month)}</b
    >${!isFuture && html`<a href="${addressOf(after, target)}">${monthText(after)}</a>`}${target !== undefined && html`<a href="${addressOf(month)}">All targets</a>`}
  </nav>`;
}

const sumOf = (days: readonly ReportDay[], of: (day: ReportDay) => number): number =>
  days.reduce((sum, day) => sum + of(day), 0);

function figures({ days, shift, errorBudgets, promisedEveryMs }: MonthReport): Html {
  const [judged, failed, timed] = [
    sumOf(days, (day) => day.judged),
    sumOf(days, (day) => day.failed),
    sumOf(days, (day) => day.timed),
  ];
  const mean = timed === 0 ? undefined : sumOf(days, ({ meanMs = 0, timed: n }) => meanMs * n) / timed;
  const longest = Math.max(0, ...days.map(({ mostMs = 0 }) => mostMs));
  const budgets = errorBudgets.map(
    ({ objective, share, windowMs, runs, bad, left }) =>
      [
        `objective: ${objective}`,
        html`${percent(share, 2)} of runs within ${formatDurationMs(windowMs)}:
          ${runs === 0 ? "no run yet" : `${percent(1 - bad / runs, 2)} were good`},
          <strong class="${left < 0 ? "t-fail" : ""}"
            >${left < 0 ? "error budget exceeded" : `${Math.round(left * 100)} % of the error budget left`}</strong
          >`,
      ] as const,
  );
  const rows: readonly (readonly [string, Html | string])[] = [
    [
      "availability",
      judged === 0 ? "no judged run" : `${percent(1 - failed / judged, 2)} of ${counted(judged, "judged run")}`,
    ],
    ["latency", mean === undefined ? "–" : `${duration(mean)} on average, ${duration(longest)} at most`],
    ...budgets,
    ["incidents", `${shift.incidents.toLocaleString("en")}; ${counted(shift.pages, "page")} sent`],
    [
      "promise",
      html`at most one false page of each series in ${formatDurationMs(promisedEveryMs)};
        <strong>${counted(shift.falsePositives, "page")}</strong> marked as false`,
    ],
    ["to acknowledge", shift.toAcknowledgeMs === undefined ? "–" : `${duration(shift.toAcknowledgeMs)} (median)`],
    ["to resolve", shift.toResolveMs === undefined ? "–" : `${duration(shift.toResolveMs)} (median)`],
    ["without a verdict", shift.blindMinutes === undefined ? "–" : counted(shift.blindMinutes, "minute")],
    ["cost", formatMicroUsd(sumOf(days, (day) => day.microUsd))],
    ["tokens", sumOf(days, (day) => day.tokens).toLocaleString("en")],
  ];
  return factList(rows);
}

/** A bar for each day of the month: its height is a sign beside its colour. */
function dayBars({ days, fromMs, toMs, target }: MonthReport): Html {
  const byDay = new Map(days.map((day) => [day.dayMs, day]));
  const count = Math.ceil((toMs - fromMs) / dayMs);
  const drawn = Array.from({ length: count }, (_, index) => {
    const at = fromMs + index * dayMs;
    const { judged = 0, failed = 0 } = byDay.get(at) ?? {};
    const share = judged === 0 ? undefined : 1 - failed / judged;
    const [tone, height] =
      share === undefined ? ["empty", 4] : share === 1 ? ["ok", 24] : share > 0.98 ? ["warn", 32] : ["fail", 40];
    const title = `${dateText(at)}: ${share === undefined ? "no run" : percent(share, 2)}`;
    const place = `x="${index * 10}" y="${40 - Number(height)}" width="8" height="${height}"`;
    return html`<rect class="f-${tone}" ${trusted(place)}><title>${title}</title></rect>`;
  });
  const bad = days.filter(({ failed }) => failed > 0).length;
  const label = `${target}: runs failed on ${bad} of ${counted(days.length, "day")}`;
  return html`<svg
      class="bars"
      viewBox="0 0 ${count * 10} 40"
      preserveAspectRatio="none"
      role="img"
      aria-label="${label}"
    >
      ${drawn}
    </svg>
    <p class="small soft">${label}. Higher: more of them.</p>`;
}

const dateText = (atMs: number): string => isoSeconds(atMs).slice(0, 10);

function incidentTable(incidents: MonthReport["incidents"], toMs: number): Html {
  const rows = incidents.map(({ id, kind, severity, label, scenario, openedAtMs, resolvedAtMs }) => [
    html`<a href="${path("incidents", id)}">${label}</a> <span class="soft small">${scenario}</span>`,
    html`${state(severity)} ${kind}`,
    moment(openedAtMs),
    resolvedAtMs === undefined
      ? `not resolved, ${duration(toMs - openedAtMs)} so far`
      : duration(resolvedAtMs - openedAtMs),
  ]);
  return table("Incidents", [{ head: "what" }, { head: "kind" }, { head: "opened" }, { head: "duration" }], rows);
}

const decisionTexts = {
  "accept-baseline": "accepted as normal",
  "reject-baseline": "taken back",
  "import-baseline": "imported",
  "plan-change": "planned",
} as const;

function decisionTable(decisions: MonthReport["decisions"]): Html {
  const rows = decisions.map(({ atMs, by, what, subject, why }) => [
    moment(atMs),
    decisionTexts[what],
    subject,
    by,
    why,
  ]);
  return table(
    "Changes of what is normal",
    [{ head: "when" }, { head: "what" }, { head: "of", kind: "text" }, { head: "by" }, { head: "why", kind: "text" }],
    rows,
  );
}

function dayTable(days: readonly ReportDay[]): Html {
  const rows = days.map(({ dayMs: at, judged, failed, meanMs, mostMs, microUsd, tokens }) => [
    dateText(at),
    judged.toLocaleString("en"),
    failed.toLocaleString("en"),
    judged === 0 ? "–" : percent(1 - failed / judged, 2),
    duration(meanMs),
    duration(mostMs),
    tokens.toLocaleString("en"),
    formatMicroUsd(microUsd),
  ]);
  const heads = ["runs", "failed", "available", "mean", "longest", "tokens", "cost"];
  return table("Days", [{ head: "day" }, ...heads.map((head) => ({ head, kind: "num" as const }))], rows);
}
