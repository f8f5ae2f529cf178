import type { Command } from "commander";
import { readShifts, type ShiftsView } from "../operate/shifts.ts";
import { printable } from "../report/terminal-text.ts";
import { formatDurationMs } from "../std/duration.ts";
import { ask, asking, type AskOptions } from "./ask.ts";
import type { CliWorld } from "./effects.ts";

interface ReportOptions extends AskOptions {
  readonly month?: string;
  readonly csv: boolean;
}

type Shift = ShiftsView["targets"][number];

const columns: readonly (readonly [name: string, title: string, of: (shift: Shift) => string | number | undefined])[] =
  [
    ["target", "target", ({ target }) => target],
    ["incidents", "incidents", ({ incidents }) => incidents],
    ["pages", "pages", ({ pages }) => pages],
    ["false_positives", "false", ({ falsePositives }) => falsePositives],
    ["to_acknowledge_ms", "to acknowledge", ({ toAcknowledgeMs }) => toAcknowledgeMs],
    ["to_resolve_ms", "to resolve", ({ toResolveMs }) => toResolveMs],
    ["blind_minutes", "blind", ({ blindMinutes }) => blindMinutes],
  ];

/** `report`: what a month was like for those on call. */
export function addReportCommand(command: Command, world: CliWorld): void {
  asking(command)
    .option("--month <month>", "month in UTC, such as 2026-11; default: the current month")
    .option("--csv", "print CSV", false)
    .addHelpText("after", "\nExample: plumbline report --month 2026-11 --csv")
    .action(({ month, csv, ...where }: ReportOptions) =>
      ask(world, where, readShifts, { query: { month } }, ({ targets }) => (csv ? csvOf(targets) : tableOf(targets))),
    );
}

function csvOf(targets: readonly Shift[]): string {
  const rows = targets.map((target) => columns.map(([, , of]) => quoted(String(of(target) ?? ""))).join(","));
  return `${columns.map(([name]) => name).join(",")}\n${rows.map((row) => `${row}\n`).join("")}`;
}

/** A spreadsheet would run what begins like a formula. */
function quoted(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function tableOf(targets: readonly Shift[]): string {
  if (targets.length === 0) return "nothing on record for this month\n";
  const rows = [
    columns.map(([, title]) => title),
    ...targets.map((target) => columns.map((column) => cellOf(column, target))),
  ];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

function cellOf([name, , of]: (typeof columns)[number], shift: Shift): string {
  const value = of(shift);
  if (value === undefined) return "–";
  if (name.endsWith("_ms")) return formatDurationMs(Number(value));
  return name === "blind_minutes" ? `${value} min` : printable(String(value));
}
