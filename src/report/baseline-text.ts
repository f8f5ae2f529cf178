import type { BaselineHistory, SeriesView } from "../operate/baselines.ts";
import type { AuditEntry } from "../operate/control.ts";
import { printable } from "./terminal-text.ts";
import { isoSeconds } from "../std/time.ts";

/** One line each: id, probe, what is compared, which version or how far the learning is. */
export function seriesLines(series: readonly SeriesView[]): string {
  if (series.length === 0) return "no series yet: they begin with the first runs\n";
  const width = Math.max(...series.map(({ series: { probeId } }) => probeId.length));
  return `${series.map((one) => printable(`${one.series.id}  ${one.series.probeId.padEnd(width)}  ${one.series.aspect}: ${one.series.label}  ${stateOf(one)}`)).join("\n")}\n`;
}

function stateOf(view: SeriesView): string {
  return view.isIdle === true
    ? `${normalOf(view)}; not in use, last seen ${isoSeconds(view.lastSlotMs)}`
    : normalOf(view);
}

function normalOf({ baseline, learning }: SeriesView): string {
  const progress = learning === undefined ? "" : `learning, ${learning.done} of ${learning.of}`;
  if (baseline === undefined) return progress === "" ? "learning" : progress;
  const version = `version ${baseline.version} since ${isoSeconds(baseline.acceptedAtMs)} by ${baseline.by}`;
  return progress === "" ? version : `${version}; ${progress}`;
}

/** How a series is after somebody changed it, and why. */
export function changedText(series: SeriesView): string {
  return `${seriesLines([series])}  ${printable(series.baseline?.why ?? "")}\n`;
}

/** What is normal of one series, then where that comes from. */
export function normalText({ series, normal }: BaselineHistory): string {
  return `${seriesLines([series])}${normal.map((line) => `  ${printable(line)}\n`).join("")}`;
}

export function versionLines({ versions }: Pick<BaselineHistory, "versions">): string {
  if (versions.length === 0) return "no version yet: still learning\n";
  return `${versions
    .map(({ version, acceptedAtMs, by, n, why }) =>
      printable(`version ${version}  ${isoSeconds(acceptedAtMs)}  by ${by}, ${n} runs: ${why}`),
    )
    .join("\n")}\n`;
}

export function actLines(acts: readonly AuditEntry[]): string {
  if (acts.length === 0) return "nobody has done anything by hand\n";
  return `${acts.map(({ atMs, by, what, subject, why }) => printable(`${isoSeconds(atMs)}  ${by}  ${what}  ${subject}: ${why}`)).join("\n")}\n`;
}
