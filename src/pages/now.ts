import type { Board, BoardRow } from "../operate/board.ts";
import type { IncidentBrief } from "../operate/incident-brief.ts";
import type { CapView, TargetSpend } from "../operate/overview.ts";
import { formatDurationMs } from "../std/duration.ts";
import { formatMicroUsd } from "../std/money.ts";
import { minuteText } from "../std/time.ts";
import { type Html, html, path } from "./html.ts";
import { incidentCards } from "./incidents.ts";
import { layout, type Viewer } from "./layout.ts";
import { meter, sparkline, stripOf } from "./strip.ts";
import { searchForm } from "./search.ts";
import { nothing, pager } from "./table.ts";
import { spoken, state } from "./words.ts";
import { counted } from "../std/counted.ts";

/** What the page shows. */
export interface NowView {
  readonly board: Board;
  readonly search: string;
  /** Active incidents, those that nobody has acknowledged first. */
  readonly incidents: readonly IncidentBrief[];
  /** What the monitor itself lacks. */
  readonly troubles: readonly string[];
}

export function nowPage(view: NowView, viewer: Viewer): string {
  const { board, incidents, troubles } = view;
  const body = html` ${
      troubles.length > 0 &&
      html`<section id="troubles" class="banner" aria-label="Problems of the monitor itself">
        <p><strong>The monitor itself needs attention.</strong></p>
        <ul>
          ${troubles.map((text) => html`<li>${text}</li>`)}
        </ul>
      </section>`
    }
    <div id="truth">
      <h1>${truth(view)}</h1>
      <p class="lead">${lead(view)}</p>
    </div>
    <section id="incidents" aria-label="Active incidents">
      ${incidents.length > 0 && incidentCards(incidents, board.atMs)}${board.active > incidents.length && html`<p class="soft"><a href="/incidents">All ${counted(board.active, "active incident")}</a></p>`}
    </section>
    <div class="row between">
      <h2>Probes</h2>
      ${board.configured > 8 && searchForm("/", view.search)}
    </div>
    <section id="grid" aria-label="Probes">
      ${grid(view)}${pager(board.page, board.pages, (page) => `/?${new URLSearchParams({ search: view.search, page: String(page) }).toString()}`)}
    </section>`;
  return layout({ title: truth(view), place: "/", viewer, isLive: true, body });
}

/** One line of truth. */
function truth({ board }: NowView): string {
  if (board.configured === 0) return "No probe is configured yet";
  const all = counted(board.configured, "probe");
  const { needing, unowned, active } = board;
  if (needing === 0 && unowned > 0) return `${counted(unowned, "incident")} ${unowned === 1 ? "needs" : "need"} you`;
  if (needing > 0) return `${needing.toLocaleString("en")} of ${all} ${needing === 1 ? "needs" : "need"} you`;
  if (active > 0) return "Every incident has an owner";
  if (board.rows.every(({ recent }) => recent.length === 0)) return `${all}, and no run yet`;
  return board.configured === 1 ? "The only probe is as usual" : `All ${all} are as usual`;
}

function lead({ board, incidents }: NowView): string {
  if (board.configured === 0)
    return "Add targets and probes to the configuration file. Plumbline reads it again when it changes.";
  const learning = board.rows.filter(({ learning: progress }) => progress !== undefined).length;
  const learns =
    learning === 0 ? "" : ` ${counted(learning, "probe")} here still learn${learning === 1 ? "s" : ""} what is normal.`;
  const { active, quietSinceMs } = board;
  if (active > 0)
    return `${counted(active, "active incident")}, the longest since ${minuteText(Math.min(...incidents.map(({ incident }) => incident.firstBadSlotMs)))}.${learns}`;
  if (quietSinceMs === undefined) return `No incident on record.${learns}`;
  return `Since ${minuteText(quietSinceMs)}, ${formatDurationMs(Math.max(0, board.atMs - quietSinceMs))} ago.${learns}`;
}

function grid({ board, search }: NowView): Html {
  if (board.rows.length === 0)
    return nothing(board.configured === 0 ? "Probes appear here." : `No probe matches "${search}".`);
  const byTarget = Map.groupBy(board.rows, ({ target }) => target);
  const groups = [...byTarget].map(([target, rows]) => {
    const used = board.spendToday.find((one) => one.target === target);
    const cap = board.spendCaps.find(
      ({ scope, span, unit }) => scope === `target/${target}` && span === "day" && unit === "microUsd",
    );
    return html`<tbody>
      <tr class="group">
        <th scope="rowgroup" colspan="7">
          <div class="row between">
            <span>${target} <span class="soft small">${rows[0]?.model}</span></span
            ><span class="small soft">${spendText(used, cap)}</span>
          </div>
        </th>
      </tr>
      ${rows.map((row) => line(row, board.atMs))}
    </tbody>`;
  });
  return html`<div class="wide">
    <table class="stack">
      <caption class="sr">
        Probes by target, with their last 24 hours
      </caption>
      <thead>
        <tr>
          <th scope="col">scenario</th>
          <th scope="col">newest run</th>
          <th scope="col">last 24 h, or newest runs</th>
          <th scope="col">latency of newest runs</th>
          <th scope="col" class="num">now</th>
          <th scope="col" class="num">tokens 24 h</th>
          <th scope="col" class="num">cost 24 h</th>
        </tr>
      </thead>
      ${groups}
    </table>
  </div>`;
}

export function spendText(used: TargetSpend | undefined, cap: CapView | undefined): Html {
  if (cap !== undefined) {
    const label = `${formatMicroUsd(cap.used)} of ${formatMicroUsd(cap.limit)} today`;
    return html`${meter(cap.used, cap.limit, label)} ${label}`;
  }
  return used === undefined ? html`` : html`${formatMicroUsd(used.microUsd)} today, no cap`;
}

function line(row: BoardRow, nowMs: number): Html {
  const last = row.recent.findLast(({ state: how }) => how !== "claimed");
  const how = row.paused === undefined ? (last?.verdict ?? last?.state) : "paused";
  const sum = (of: (hour: BoardRow["hours"][number]) => number): number =>
    row.hours.reduce((total, hour) => total + of(hour), 0);
  return html`<tr>
    <th scope="row">
      <a href="${path("probes", row.probeId)}">${row.scenario}</a>
      <span class="soft small">${row.location === "default" ? row.probeId.split("@")[0] : row.probeId}</span>
    </th>
    <td>
      ${how === undefined ? state("learning", "no run yet") : state(how)}${last?.reason !== undefined && html` <span class="soft small">${spoken(last.reason)}</span>`}${row.learning !== undefined && html` <span class="soft small nowrap">learning ${row.learning.done}/${row.learning.of}</span>`}
    </td>
    <td class="full">${stripOf(row, nowMs)}</td>
    <td class="full">${sparkline(row.recent)}</td>
    <td class="num" data-label="now">${last?.totalMs === undefined ? "–" : formatDurationMs(last.totalMs)}</td>
    <td class="num" data-label="tokens">${sum(({ tokens }) => tokens).toLocaleString("en")}</td>
    <td class="num" data-label="cost">${formatMicroUsd(sum(({ microUsd }) => microUsd))}</td>
  </tr>`;
}
