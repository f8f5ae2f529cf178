import type { BoardRow, ProbeHour } from "../operate/board.ts";
import type { RunSummary } from "../operate/overview.ts";
import { formatDurationMs, hourMs } from "../std/duration.ts";
import { minuteText } from "../std/time.ts";
import { type Html, html, trusted } from "./html.ts";
import { type Tone, toneOf } from "./words.ts";
import { counted } from "../std/counted.ts";

/** One cell of a strip: its height is a sign beside its colour. */
interface Cell {
  readonly tone: Tone | "empty";
  readonly title: string;
}

const heights: Readonly<Record<Cell["tone"], number>> = { ok: 12, warn: 17, drift: 21, fail: 24, none: 5, empty: 2 };

function strip(cells: readonly Cell[], label: string): Html {
  const width = 100 / Math.max(1, cells.length);
  const drawn = cells.map(({ tone, title }, index) => {
    const height = heights[tone];
    const place = `x="${(index * width).toFixed(2)}" y="${24 - height}" width="${(width * 0.8).toFixed(2)}" height="${height}"`;
    return html`<rect class="f-${tone}" ${trusted(place)}><title>${title}</title></rect>`;
  });
  return html`<svg class="strip" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label="${label}">
    ${drawn}
  </svg>`;
}

const order = ["fail", "drift", "warn", "ok", "inconclusive", "interrupted", "missed", "skipped"] as const;

/** The state of the last 24 hours, an hour a cell; of a younger probe its newest runs. */
export function stripOf({ hours, recent }: Pick<BoardRow, "hours" | "recent">, nowMs: number): Html {
  const [oldest] = hours;
  if (oldest === undefined || nowMs - oldest.hourMs < 3 * hourMs) return stripOfRuns(recent);
  const byHour = new Map(hours.map((hour) => [hour.hourMs, hour]));
  const newestMs = Math.floor(nowMs / hourMs) * hourMs;
  const cells = Array.from({ length: 24 }, (_, index) => {
    const startMs = newestMs - (23 - index) * hourMs;
    return cellOf(byHour.get(startMs), startMs);
  });
  return strip(cells, `the last 24 hours: ${sumText(hours)}`);
}

function cellOf(hour: ProbeHour | undefined, startMs: number): Cell {
  if (hour === undefined) return { tone: "empty", title: `${minuteText(startMs)}: no slot` };
  const worst = order.find((how) => hour[how] > 0) ?? "inconclusive";
  return { tone: toneOf(worst), title: `${minuteText(startMs)}: ${sumText([hour])}` };
}

/** `58 ok, 2 drift`. */
export function sumText(hours: readonly ProbeHour[]): string {
  const parts = order.toReversed().flatMap((how) => {
    const sum = hours.reduce((total, hour) => total + hour[how], 0);
    return sum === 0 ? [] : [`${sum.toLocaleString("en")} ${how}`];
  });
  return parts.toReversed().join(", ") || "nothing";
}

function stripOfRuns(runs: readonly RunSummary[]): Html {
  const cells = runs.map((run): Cell => {
    const how = run.verdict ?? run.state;
    return { tone: toneOf(how), title: `${minuteText(run.slotMs)}: ${how}` };
  });
  return strip(cells, `the newest ${counted(runs.length, "run")}`);
}

/** Total time of the newest runs as a line. */
export function sparkline(runs: readonly RunSummary[]): Html {
  const times = runs.flatMap(({ totalMs }) => (totalMs === undefined ? [] : [totalMs]));
  const [highest, last] = [Math.max(...times), times.at(-1)];
  if (times.length < 2 || last === undefined) return html`<span class="soft small">no times yet</span>`;
  const at = (value: number, index: number): string =>
    `${((index * 100) / (times.length - 1)).toFixed(1)},${(23 - (value / Math.max(1, highest)) * 21).toFixed(1)}`;
  const line = times.map(at).join("L");
  const label = `total time of ${counted(times.length, "run")}: ${formatDurationMs(Math.min(...times))} to ${formatDurationMs(highest)}, now ${formatDurationMs(last)}`;
  return html`<svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label="${label}">
    <path class="area" d="${trusted(`M0,24L${line}L100,24Z`)}" />
    <path d="${trusted(`M${line}`)}" />
  </svg>`;
}

/** How much of a limit is used. */
export function meter(used: number, limit: number, label: string): Html {
  const share = limit <= 0 ? 1 : Math.min(1, used / limit);
  const kind = used >= limit ? "over" : "used";
  return html`<svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="${label}">
    <rect class="all" width="100" height="8" />
    <rect class="${kind}" width="${(share * 100).toFixed(1)}" height="8" />
  </svg>`;
}
