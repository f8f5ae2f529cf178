import type { Chart } from "../operate/chart.ts";
import { formatDurationMs } from "../std/duration.ts";
import { isoSeconds } from "../std/time.ts";
import { type Html, html } from "./html.ts";
import { moment } from "./words.ts";

/** The same numbers as a table. */
export function chartTable({ points }: Chart): Html {
  const rows = points.map(
    ({ atMs, total, first, runs, bad, unjudged, tokens }) =>
      html`<tr>
        <th scope="row">${moment(atMs)}</th>
        <td class="num">${total && formatDurationMs(total.middle)}</td>
        <td class="num">${total && `${formatDurationMs(total.low)} – ${formatDurationMs(total.high)}`}</td>
        <td class="num">${first === undefined ? "" : formatDurationMs(first)}</td>
        <td class="num">${runs}</td>
        <td class="num">${bad}</td>
        <td class="num">${unjudged}</td>
        <td class="num">${tokens}</td>
      </tr>`,
  );
  return html`<div class="wide" tabindex="0" role="region" aria-label="The chart as a table">
    <table>
      <caption class="sr">
        The chart as a table
      </caption>
      <thead>
        <tr>
          <th scope="col">from</th>
          <th scope="col" class="num">total</th>
          <th scope="col" class="num">range</th>
          <th scope="col" class="num">first content</th>
          <th scope="col" class="num">runs</th>
          <th scope="col" class="num">bad</th>
          <th scope="col" class="num">not judged</th>
          <th scope="col" class="num">tokens</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** The same numbers for a spreadsheet. */
export function chartCsv({ points }: Chart): string {
  const head = "from,runs,bad,not_judged,total_ms,shortest_ms,longest_ms,first_content_ms,tokens,micro_usd";
  const lines = points.map(({ atMs, runs, bad, unjudged, total, first, tokens, microUsd }) =>
    [isoSeconds(atMs), runs, bad, unjudged, total?.middle, total?.low, total?.high, first, tokens, microUsd].join(","),
  );
  return `${[head, ...lines].join("\n")}\n`;
}
