import type { BaselineDiff, BaselineHistory, SeriesView } from "../operate/baselines.ts";
import { type Html, html, path } from "./html.ts";
import { layout, type Viewer } from "./layout.ts";
import { searchForm } from "./search.ts";
import { nothing, pager, table } from "./table.ts";
import { ago, moment, state } from "./words.ts";

export interface BaselinesView {
  readonly series: readonly SeriesView[];
  readonly search: string;
  /** Of one probe only. */
  readonly probe?: string | undefined;
  readonly page: number;
  readonly pages: number;
}

/** Every series with its newest baseline, by probe. */
export function baselinesPage({ series, search, probe, page, pages }: BaselinesView, viewer: Viewer): string {
  const byProbe = Map.groupBy(series, (one) => one.series.probeId);
  const groups = [...byProbe].map(
    ([probeId, those]) =>
      html`<tbody>
        <tr class="group">
          <th scope="rowgroup" colspan="4"><a href="${path("probes", probeId)}">${probeId}</a></th>
        </tr>
        ${those.map((one) => seriesLine(one, viewer.nowMs))}
      </tbody>`,
  );
  const body = html`<h1>Baselines</h1>
    <p class="lead">
      What Plumbline takes for
      normal${probe !== undefined && html` of <a href="${path("probes", probe)}">${probe}</a>`}, who accepted it and
      why.
    </p>
    ${searchForm("/baselines", search)}
    <section id="series" aria-label="Series">
      <p></p>
      ${
        series.length === 0
          ? nothing("No series is known yet. The first baselines are learned from the first runs.")
          : html`<div class="wide">
              <table class="stack">
                <caption class="sr">
                  Series and their newest baselines
                </caption>
                <thead>
                  <tr>
                    <th scope="col">what is compared</th>
                    <th scope="col">baseline</th>
                    <th scope="col">accepted</th>
                    <th scope="col" class="text">why</th>
                  </tr>
                </thead>
                ${groups}
              </table>
            </div>`
      }${pager(page, pages, (to) => `/baselines?${new URLSearchParams({ search, page: String(to) }).toString()}`)}
    </section>`;
  return layout({ title: "Baselines", place: "/baselines", viewer, isLive: true, body });
}

function seriesLine({ series, baseline, learning, isIdle }: SeriesView, nowMs: number): Html {
  const head = html`<th scope="row">
    <a href="${path("baselines", series.id)}">${series.label}</a> <span class="soft small">${series.aspect}</span>
  </th>`;
  if (baseline === undefined) {
    const progress = learning === undefined ? "learning" : `learning, ${learning.done} of ${learning.of} runs`;
    return html`<tr>
      ${head}
      <td>${state("learning", progress)}</td>
      <td></td>
      <td class="text full"></td>
    </tr>`;
  }
  const { version, n, acceptedAtMs, by, why } = baseline;
  return html`<tr>
    ${head}
    <td class="nowrap">version ${version}, ${n} runs${isIdle === true && html` <span class="soft">idle</span>`}</td>
    <td>${ago(acceptedAtMs, nowMs)} by ${by}</td>
    <td class="text full">${why}</td>
  </tr>`;
}

export interface BaselineView {
  readonly history: BaselineHistory;
  /** Between the two newest versions, where they are shapes; or the reason why there is none. */
  readonly diff?: BaselineDiff | undefined;
  readonly done?: string | undefined;
}

/** One series: its card in plain words, its versions, and going back. */
export function baselinePage({ history, diff, done }: BaselineView, viewer: Viewer): string {
  const { series: of, versions, normal } = history;
  const { id, probeId, aspect, label } = of.series;
  const rows = versions
    .toReversed()
    .map(({ version, n, acceptedAtMs, by, why }) => [
      html`version ${version}`,
      html`${moment(acceptedAtMs)}`,
      by,
      `${n} runs`,
      why,
    ]);
  const body = html`${done !== undefined && html`<div class="banner good" role="status"><p>${done}</p></div>`}
    <h1>${label}</h1>
    <p class="lead">${aspect} of <a href="${path("probes", probeId)}">${probeId}</a></p>
    <div class="two">
      <div>
        <section aria-labelledby="card">
          <h2 id="card">What is normal, and what is promised</h2>
          <div class="panel">
            ${
              normal.length === 0
                ? html`<p>Still learning: nothing is compared yet.</p>`
                : html`<ul>
                    ${normal.map((line) => html`<li>${line}</li>`)}
                  </ul>`
            }
          </div>
        </section>
        ${
          diff !== undefined &&
          html`<section aria-labelledby="diff">
            <h2 id="diff">Version ${diff.from} to ${diff.to}</h2>
            ${diffTable(diff)}
          </section>`
        }
        <section aria-labelledby="versions">
          <h2 id="versions">Versions</h2>
          ${rows.length === 0 ? nothing("None yet.") : table("Versions", [{ head: "version" }, { head: "accepted" }, { head: "by" }, { head: "learned from" }, { head: "why", kind: "text" }], rows)}
        </section>
      </div>
      <div>
        <section aria-labelledby="act">
          <h2 id="act">Act</h2>
          ${
            viewer.mayWrite &&
            versions.length > 1 &&
            rejectForm(
              id,
              versions.map(({ version }) => version),
            )
          }
          <p class="small">
            <a href="/api/v1/baselines/${encodeURIComponent(id)}/export">Export the newest version</a> for another
            installation. <code>plumbline baseline import</code> reads it there.
          </p>
        </section>
      </div>
    </div>`;
  return layout({ title: label, place: "/baselines", viewer, body });
}

function diffTable({ diff: { rows } }: BaselineDiff): Html {
  if (rows.length === 0) return html`<p class="soft">No difference.</p>`;
  const lines = rows
    .slice(0, 200)
    .map(({ path: where, before, after, severity, why }) => [
      html`<span class="mono">${where}</span>`,
      html`<del class="soft">${before}</del>`,
      html`<ins>${after}</ins>`,
      state(severity),
      why,
    ]);
  return table(
    "Differences",
    [
      { head: "where" },
      { head: "before", kind: "text" },
      { head: "after", kind: "text" },
      { head: "severity" },
      { head: "why", kind: "text" },
    ],
    lines,
  );
}

function rejectForm(id: string, versions: readonly number[]): Html {
  const options = versions
    .slice(0, -1)
    .toReversed()
    .map((version) => html`<option value="${version}">version ${version}</option>`);
  return html`<details class="act" open>
    <summary>Go back to an earlier version</summary>
    <div>
      <p>
        It becomes the newest version, and runs are compared with it from now on. The versions between stay on record.
      </p>
      <form method="post" action="${path("baselines", id, "acts")}">
        <div class="field">
          <label for="to">Version</label
          ><select id="to" name="to">
            ${options}
          </select>
        </div>
        <div class="field">
          <label for="why">Reason, kept in the audit log</label
          ><textarea id="why" name="why" rows="2" maxlength="500" required></textarea>
        </div>
        <button>Go back</button>
      </form>
    </div>
  </details>`;
}
