import type { Chart, ChartPoint } from "../operate/chart.ts";
import { dayMs, formatDurationMs, hourMs } from "../std/duration.ts";
import { minuteText } from "../std/time.ts";
import { counted } from "../std/counted.ts";
import { type Html, html, path, trusted } from "./html.ts";

/**
 * Charts are drawn by the server as SVG: the same picture with and without a script, in print and in a saved page, and no
 * library to load. The script adds a cursor, and zooms by dragging.
 */
const width = 860;
const height = 250;
const left = 56;
const bottom = 24;
const top = 10;

/** Maps times and values to places. */
interface Scale {
  readonly x: (atMs: number) => number;
  readonly y: (value: number) => number;
  readonly most: number;
}

const fixed = (value: number): string => value.toFixed(1);

function scaleOf({ fromMs, toMs }: Chart, most: number, tall: number): Scale {
  const x = (atMs: number): number =>
    left + ((Math.min(toMs, Math.max(fromMs, atMs)) - fromMs) / (toMs - fromMs)) * (width - left);
  return { x, y: (value) => top + (1 - Math.min(1, value / most)) * (tall - top - bottom), most };
}

/** Latency: points with their spread, the band of each hour, the floor, and what happened. `zoomAt`: the page that shows a part of it. */
export function chartFigure(chart: Chart, title: string, zoomAt: string): Html {
  const { points, band, marks, isSummed } = chart;
  if (points.length === 0) return html`<p class="soft">No run in this time.</p>`;
  const tops = [...points.flatMap(({ total }) => total?.high ?? []), ...band.map(({ high }) => high * 1.15)].toSorted(
    (a, b) => a - b,
  );
  // One outlier must not flatten the rest: what lies higher is drawn at the edge, and says so.
  const typical = tops[Math.floor(tops.length * 0.98)] ?? tops.at(-1) ?? 1;
  const scale = scaleOf(chart, niceTop(Math.max(1, Math.min((tops.at(-1) ?? 1) * 1.05, typical * 1.6))), height);
  const hasFirst = points.some(({ first }) => first !== undefined);
  const label = `${title}: ${formatDurationMs(Math.min(...points.flatMap(({ total }) => total?.low ?? [])))} to ${formatDurationMs(Math.max(0, ...points.flatMap(({ total }) => total?.high ?? [])))} between ${minuteText(chart.fromMs)} and ${minuteText(chart.toMs)}`;
  return html`<figure>
    <svg class="chart" ${frame(chart, height)} data-zoom="${zoomAt}" role="img" aria-label="${label}">
      ${marks.map((mark) => drawMark(mark, scale, chart))}${bandPath(band, scale, chart.floor)}${axes(chart, scale, height, formatDurationMs)}${hasFirst && firstPath(points, scale)}${drawPoints(points, scale, chart.stepMs)}
    </svg>
    <ul class="legend">
      <li>
        ${key(html`<path class="dot" d="M8 4h0" /><path class="span" d="M8 0v8" />`)}
        ${isSummed ? "mean of the hours" : "median"}, shortest to longest
      </li>
      ${points.some(({ bad }) => bad > 0) && html`<li>${key(html`<path class="dot bad" d="M8 0l4 4-4 4-4-4z" />`)} with failed or drifted runs</li>`}${hasFirst && html`<li>${key(html`<path class="first" d="M0 4h16" />`)} first content</li>`}${
        band.length > 0 &&
        html`<li>
            ${key(html`<rect class="band" width="16" height="8" /><path class="usual" d="M0 4h16" />`)} usual at that
            hour: nine of ten runs
          </li>
          <li>${key(html`<path class="floor" d="M0 4h16" />`)} smaller moves are not reported (×${chart.floor})</li>`
      }${markKeys.map(([kind, name, drawn]) => marks.some((mark) => mark.kind === kind) && html`<li>${key(drawn)} ${name}</li>`)}
    </ul>
  </figure>`;
}

type MarkKind = Chart["marks"][number]["kind"];
const box = (kind: MarkKind): Html => html`<rect class="${kind}" width="16" height="8" />`;
const line = (kind: MarkKind): Html => html`<path class="moment ${kind}" d="M8 0v8" />`;
const markKeys: readonly (readonly [kind: MarkKind, name: string, drawn: Html])[] = [
  ["incident", "incident", box("incident")],
  ["silence", "silence", box("silence")],
  ["maintenance", "maintenance window", box("maintenance")],
  ["baseline", "new baseline", line("baseline")],
  ["planned", "planned change", line("planned")],
];

const key = (drawn: Html): Html => html`<svg class="chart" viewBox="0 0 16 8" aria-hidden="true">${drawn}</svg>`;

/** A path for all of one kind: a page of 240 points stays small. What each says is for the cursor of the script. */
function drawPoints(points: readonly ChartPoint[], { x, y, most }: Scale, stepMs: number): Html {
  const drawn = points.flatMap((point) => (point.total === undefined ? [] : [{ ...point, total: point.total }]));
  const at = (atMs: number): string => fixed(x(atMs + stepMs / 2));
  const spans = drawn.map(({ atMs, total }) => `M${at(atMs)} ${fixed(y(total.low))}V${fixed(y(total.high))}`);
  const shapes = (isBad: boolean, shape: string): string =>
    drawn
      .filter(({ bad }) => bad > 0 === isBad)
      .map(({ atMs, total }) => `M${at(atMs)} ${fixed(y(total.middle))}${shape}`)
      .join("");
  const texts = drawn.map(
    ({ total: { low, middle, high }, runs, bad }) =>
      `${formatDurationMs(middle)} (${formatDurationMs(low)} to ${formatDurationMs(high)}), ${counted(runs, "run")}${bad > 0 ? `, ${bad} bad` : ""}${high > most ? ", the longest is above the chart" : ""}`,
  );
  return html`<path class="span" d="${trusted(spans.join(""))}" /><path
      class="dot"
      d="${trusted(shapes(false, "h0"))}"
    /><path class="dot bad" d="${trusted(shapes(true, "m0-4.5l4.5 4.5-4.5 4.5-4.5-4.5z"))}" />
    <g class="cursor" data-at="${drawn.map(({ atMs }) => atMs).join(" ")}" data-text="${texts.join("|")}"></g>`;
}

function bandPath(band: Chart["band"], { x, y }: Scale, floor: number): Html {
  if (band.length < 2) return html``;
  const line = (of: (one: Chart["band"][number]) => number): string =>
    band.map((one) => `${fixed(x(one.atMs))} ${fixed(y(of(one)))}`).join("L");
  const back = band
    .toReversed()
    .map((one) => `${fixed(x(one.atMs))} ${fixed(y(one.low))}`)
    .join("L");
  return html`<path class="band" d="${trusted(`M${line(({ high }) => high)}L${back}Z`)}" /><path
      class="usual"
      d="${trusted(`M${line(({ middle }) => middle)}`)}"
    /><path class="floor" d="${trusted(`M${line(({ middle }) => middle * floor)}`)}" />`;
}

function firstPath(points: readonly ChartPoint[], { x, y }: Scale): Html {
  const places = points.flatMap(({ first, atMs }) =>
    first === undefined ? [] : [`${fixed(x(atMs))} ${fixed(y(first))}`],
  );
  return html`<path class="first" d="${trusted(`M${places.join("L")}`)}" />`;
}

function drawMark({ kind, fromMs, toMs, text, incidentId }: Chart["marks"][number], { x }: Scale, chart: Chart): Html {
  const from = x(fromMs);
  const title = html`<title>${kind}: ${text}, ${minuteText(fromMs)}</title>`;
  if (kind === "baseline" || kind === "planned")
    return html`<path class="moment ${kind}" d="${trusted(`M${fixed(from)} ${top}V${height - bottom}`)}"
      >${title}</path
    >`;
  const drawn = html`<rect
    class="${kind}"
    x="${fixed(from)}"
    y="${top}"
    width="${fixed(Math.max(2, x(toMs ?? chart.toMs) - from))}"
    height="${height - bottom - top}"
    >${title}</rect
  >`;
  const edge =
    kind === "incident" && html`<path class="edge" d="${trusted(`M${fixed(from)} ${top}V${height - bottom}`)}" />`;
  return incidentId === undefined
    ? html`${drawn}${edge}`
    : html`<a href="${path("incidents", incidentId)}" aria-label="incident: ${text}">${drawn}${edge}</a>`;
}

/** Failures and slots without a judgement, as bars below. */
export function errorFigure(chart: Chart): Html {
  const tall = 90;
  const most = Math.max(1, ...chart.points.map(({ runs, unjudged }) => runs + unjudged));
  const scale = scaleOf(chart, most, tall);
  const wide = Math.max(1.5, (chart.stepMs / (chart.toMs - chart.fromMs)) * (width - left) * 0.8);
  const bars = (from: (point: ChartPoint) => number, to: (point: ChartPoint) => number): Html => {
    const drawn = chart.points
      .filter((point) => to(point) > from(point))
      .map((point) => {
        const [low, high] = [scale.y(from(point)), scale.y(to(point))];
        return `M${fixed(scale.x(point.atMs))} ${fixed(high)}h${fixed(wide)}v${fixed(low - high)}h-${fixed(wide)}z`;
      });
    return trusted(drawn.join(""));
  };
  return html`<figure>
    <figcaption>Runs</figcaption>
    <svg class="chart" ${frame(chart, tall)} role="img" aria-label="runs and how many of them were bad">
      ${axes(chart, scale, tall, (value) => String(Math.round(value)))}
      <path
        class="bar bad"
        d="${bars(
          () => 0,
          ({ bad }) => bad,
        )}"
      />
      <path
        class="bar"
        d="${bars(
          ({ bad }) => bad,
          ({ runs }) => runs,
        )}"
      />
      <path
        class="bar none"
        d="${bars(
          ({ runs }) => runs,
          ({ runs, unjudged }) => runs + unjudged,
        )}"
      />
    </svg>
    <ul class="legend">
      <li>${key(html`<rect class="bar bad" width="16" height="8" />`)} failed or drifted</li>
      <li>${key(html`<rect class="bar" width="16" height="8" />`)} other judged runs</li>
      <li>${key(html`<rect class="bar none" width="16" height="8" />`)} missed, skipped, not judged</li>
    </ul>
  </figure>`;
}

function axes({ fromMs, toMs }: Chart, { x, y, most }: Scale, tall: number, format: (value: number) => string): Html {
  const values = tall < 120 ? [0, most] : [0, most / 4, most / 2, (most * 3) / 4, most];
  const rows = values.map(
    (value) =>
      html`<path class="grid" d="${trusted(`M${left} ${fixed(y(value))}H${width}`)}" /><text
          x="${left - 6}"
          y="${fixed(y(value) + 4)}"
          text-anchor="end"
          >${format(value)}</text
        >`,
  );
  const columns = ticks(fromMs, toMs).map(
    ({ atMs, text }) => html`<text x="${fixed(x(atMs))}" y="${tall - 6}" text-anchor="middle">${text}</text>`,
  );
  return html`${rows}<g class="ticks">${columns}</g>`;
}

const tickSteps = [
  60_000,
  300_000,
  900_000,
  hourMs,
  3 * hourMs,
  6 * hourMs,
  12 * hourMs,
  dayMs,
  2 * dayMs,
  7 * dayMs,
  14 * dayMs,
  30 * dayMs,
];

const tickStep = ({ fromMs, toMs }: Pick<Chart, "fromMs" | "toMs">): number =>
  tickSteps.find((one) => (toMs - fromMs) / one <= 8) ?? 30 * dayMs;

/** What the script needs to draw the axis of time in the zone of the browser, and the cursor. */
const frame = (chart: Chart, tall: number): Html =>
  html`viewBox="0 0 ${width} ${tall}" data-from="${chart.fromMs}" data-to="${chart.toMs}" data-left="${left}"
  data-width="${width}" data-step="${tickStep(chart)}"`;

/** Round moments in UTC; the script puts those of the browser's zone in their place. */
function ticks(fromMs: number, toMs: number): readonly { readonly atMs: number; readonly text: string }[] {
  const step = tickStep({ fromMs, toMs });
  const first = Math.ceil((fromMs + (toMs - fromMs) * 0.02) / step) * step;
  const moments = Array.from({ length: 9 }, (_, index) => first + index * step).filter(
    (atMs) => atMs <= toMs - (toMs - fromMs) * 0.03,
  );
  return moments.map((atMs) => {
    const iso = new Date(atMs).toISOString();
    const isDay = step >= dayMs || atMs % dayMs === 0;
    return { atMs, text: isDay ? iso.slice(5, 10) : iso.slice(11, 16) };
  });
}

/** The next of 1, 2, 4, 6 or 8 times a power of ten, so that quarters are round. */
function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.2, 2, 4, 6, 8].find((factor) => factor * power >= value) ?? 10) * power;
}
