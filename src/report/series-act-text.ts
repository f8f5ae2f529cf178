import type { PlannedChange } from "../run/planned.ts";
import type { Exclusion, Marked, Planned } from "../operate/series-feedback.ts";
import { printable } from "./terminal-text.ts";
import { isoSeconds } from "../std/time.ts";

const many = (n: number): string => `${n} series`;

export function exclusionText({ fromMs, toMs, series, learnedAgain, stillCounted, isOpen }: Exclusion): string {
  const again =
    learnedAgain.length === 0 ? "" : `; the baseline of ${many(learnedAgain.length)} was learned again without it`;
  const open = isOpen ? "it is not over: say so again when it is, and the rest is taken out as well\n" : "";
  const counted =
    stillCounted.length === 0
      ? ""
      : printable(`the runs of it that were counted stay in: ${stillCounted.join(", ")}`) + "\n";
  return `${isoSeconds(fromMs)} to ${isoSeconds(toMs)} is taken out of what ${many(series.length)} learn from${again}\n${counted}${open}`;
}

export function noiseLines({ seriesId, text }: Marked): string {
  return printable(`${seriesId}: ${text}`) + "\n";
}

export function plannedText({ change, isAhead, series, incidents }: Planned): string {
  const what = change.probeId ?? `target ${change.target ?? ""}`;
  if (isAhead) {
    return (
      printable(
        `${change.id}  ${what} changes at ${isoSeconds(change.startsAtMs)}; to take it back: plumbline baseline unplan ${change.id}`,
      ) + "\n"
    );
  }
  const over = incidents.length === 0 ? "" : `; ended: ${incidents.join(", ")}`;
  return printable(`${what}: ${many(series.length)} learn a new normal from the next run on${over}`) + "\n";
}

export function planLines(changes: readonly PlannedChange[]): string {
  if (changes.length === 0) return "nothing is planned\n";
  return `${changes
    .map(({ id, target, probeId, startsAtMs, by, why }) =>
      printable(`${id}  ${isoSeconds(startsAtMs)}  ${probeId ?? `target ${target ?? ""}`}  by ${by}: ${why}`),
    )
    .join("\n")}\n`;
}
