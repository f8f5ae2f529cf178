import type { Chart } from "../operate/chart.ts";
import type { RunSummary } from "../operate/overview.ts";
import { type ProbeView, runFilters } from "../operate/probes.ts";
import { dayMs, formatDurationMs, hourMs } from "../std/duration.ts";
import { formatMicroUsd } from "../std/money.ts";
import { chartFigure, errorFigure } from "./chart.ts";
import { chartTable } from "./chart-data.ts";
import { type Html, html, path } from "./html.ts";
import { layout, type Viewer } from "./layout.ts";
import { factList, nothing, table } from "./table.ts";
import { ago, exactMoment, moment, percent, spoken, state } from "./words.ts";
import { counted } from "../std/counted.ts";

export interface ProbePageView {
  readonly probe: ProbeView;
  readonly chart: Chart;
  /** Newest first, those that the filter lets through. */
  readonly runs: readonly RunSummary[];
  /** `all`, or the verdict or state to show. */
  readonly filter: string;
  readonly asTable: boolean;
  readonly done?: string | undefined;
}

export const ranges = [
  ["1 h", hourMs],
  ["6 h", 6 * hourMs],
  ["24 h", dayMs],
  ["7 d", 7 * dayMs],
  ["30 d", 30 * dayMs],
  ["180 d", 180 * dayMs],
] as const;

const shownRuns = 40;

export function probePage(view: ProbePageView, viewer: Viewer): string {
  const { probe, chart, runs, filter, asTable, done } = view;
  const { id, target, model, scenario, location, paused, learning, nextSlotMs, last } = probe;
  const here = path("probes", id);
  const body = html`
    ${done !== undefined && html`<div class="banner good" role="status"><p>${done}</p></div>`}
    <div id="head">
      <h1>${scenario} at ${target}</h1>
      <p class="lead">
        ${model}, ${cadenceText(probe)} from ${location}.
        ${last === undefined ? "It has not run yet" : html`Newest run ${ago(last.slotMs, viewer.nowMs)}: ${state(last.verdict ?? last.state)}`}${learning !== undefined && html`, learning what is normal: ${learning.done} of ${learning.of} runs`}${nextSlotMs !== undefined && paused === undefined && html`. Next run ${moment(nextSlotMs)}.`}
      </p>
      ${paused !== undefined && html`<div class="banner"><p>${state("paused")} by ${paused.by}, ${ago(paused.sinceMs, viewer.nowMs)}: ${paused.why}</p></div>`}
    </div>
    ${rangeLinks(chart, here)}
    <section id="curve" aria-label="Latency" class="panel">
      <h2 class="sr">Latency</h2>
      ${chartFigure(chart, "total time", here)}${chart.points.length > 0 && errorFigure(chart)}
    </section>
    <p class="small row">
      <a
        href="${here}?${new URLSearchParams({ from: String(chart.fromMs), to: String(chart.toMs), ...(!asTable && { table: "yes" }) }).toString()}#table"
        >${asTable ? "Hide the table" : "Show as a table"}</a
      ><a
        href="${here}/chart.csv?${new URLSearchParams({ from: String(chart.fromMs), to: String(chart.toMs) }).toString()}"
        >Download as CSV</a
      ><a href="/baselines?${new URLSearchParams({ probe: id }).toString()}">Its baselines</a>
    </p>
    ${asTable && html`<section id="table">${chartTable(chart)}</section>`}
    <div class="two">
      <section id="sums" aria-label="Sums">${sums(chart)}</section>
      ${
        viewer.mayWrite &&
        html`<section aria-labelledby="act-title">
          <h2 id="act-title">Act</h2>
          ${acts(probe)}
        </section>`
      }
    </div>
    <div class="row between"><h2 id="runs-title">Runs</h2></div>
    ${filterLinks(filter, here)}
    <section id="runs" aria-labelledby="runs-title">
      ${runs.length === 0 ? nothing(filter === "all" ? "No run yet." : `None of the newest runs is ${filter}.`) : runTable(runs.slice(0, shownRuns))}
    </section>
  `;
  return layout({ title: `${scenario} at ${target}`, viewer, isLive: true, body });
}

function cadenceText({ cadence }: ProbeView): string {
  return cadence.kind === "every"
    ? `every ${formatDurationMs(cadence.everyMs)}`
    : `at ${cadence.pattern} (${cadence.tz})`;
}

function rangeLinks({ fromMs, toMs }: Chart, here: string): Html {
  const links = ranges.map(([text, lengthMs]) =>
    Math.abs(toMs - fromMs - lengthMs) < lengthMs / 100
      ? html`<b aria-current="true">${text}</b>`
      : html`<a href="${here}?range=${text}">${text}</a>`,
  );
  return html`<nav class="ranges" aria-label="Time shown">
    <span class="soft">${moment(fromMs)} to ${moment(toMs)}</span>${links}
  </nav>`;
}

function filterLinks(filter: string, here: string): Html {
  const links = runFilters.map((one) =>
    one === filter ? html`<b aria-current="true">${one}</b>` : html`<a href="${here}?runs=${one}#runs">${one}</a>`,
  );
  return html`<nav class="ranges" aria-label="Which runs">${links}</nav>`;
}

function sums({ points }: Chart): Html {
  const sum = (of: (point: Chart["points"][number]) => number): number =>
    points.reduce((total, point) => total + of(point), 0);
  const [runs, bad, unjudged] = [sum((one) => one.runs), sum((one) => one.bad), sum((one) => one.unjudged)];
  const rows = [
    ["judged runs", runs.toLocaleString("en")],
    ["good", runs === 0 ? "–" : percent(1 - bad / runs)],
    ["missed, skipped or not judged", unjudged.toLocaleString("en")],
    ["tokens", sum((one) => one.tokens).toLocaleString("en")],
    ["cost", formatMicroUsd(sum((one) => one.microUsd))],
  ] as const;
  return html`<h2>In this time</h2>
    ${factList(rows)}`;
}

function runTable(runs: readonly RunSummary[]): Html {
  const rows = runs.map(({ runId, slotMs, state: how, reason, verdict, totalMs, firstContentMs, tokens, microUsd }) => [
    html`<a href="${path("runs", runId)}">${exactMoment(slotMs)}</a>`,
    html`${state(verdict ?? how)}${reason !== undefined && html` <span class="soft">${spoken(reason)}</span>`}`,
    totalMs === undefined ? "–" : formatDurationMs(totalMs),
    firstContentMs === undefined ? "–" : formatDurationMs(firstContentMs),
    tokens === undefined ? "–" : tokens,
    microUsd === undefined ? "–" : formatMicroUsd(microUsd),
  ]);
  const columns = [
    { head: "due" },
    { head: "verdict" },
    { head: "total", kind: "num" },
    { head: "first content", kind: "num" },
    { head: "tokens", kind: "num" },
    { head: "cost", kind: "num" },
  ] as const;
  return table(counted(runs.length, "run"), columns, rows);
}

function acts({ id, paused }: ProbeView): Html {
  const address = path("probes", id, "acts");
  const form = (act: string, title: string, effect: string, button: string, asksWhy: boolean) =>
    html`<details class="act" name="act">
      <summary>${title}</summary>
      <div>
        <p>${effect}</p>
        <form method="post" action="${address}">
          <input
            type="hidden"
            name="act"
            value="${act}"
          />${asksWhy && html`<div class="field"><label for="why-${act}">Reason, kept in the audit log</label><textarea id="why-${act}" name="why" rows="2" maxlength="500" required></textarea></div>`}<button>
            ${button}
          </button>
        </form>
      </div>
    </details>`;
  return html`<div class="acts">
    ${form("run", "Run it now", "One run outside the schedule. It is judged as the others are, and spend caps apply.", "Run it now", false)}${paused === undefined ? form("pause", "Pause it", "Its slots are skipped, and nothing is sent to the provider until you resume it.", "Pause", true) : form("resume", "Resume it", "It runs again from its next slot on.", "Resume", false)}
  </div>`;
}
