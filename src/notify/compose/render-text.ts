import type { Evidence } from "../../incident/incident.ts";
import { displayWidth, wrapToColumns } from "../../std/display-width.ts";
import { formatDurationMs } from "../../std/duration.ts";
import { plainLine } from "../../std/sanitize.ts";
import type { Alert, AlertBlastRadius, Change, LikelyCause } from "./alert.ts";
import { howSure } from "./summary.ts";

/** How a piece of text is set off. Never the only sign of anything: a word says the same. */
export type AlertTone = "strong" | "bad" | "good" | "dim";

export interface AlertTextOptions {
  /** Lines are no wider; at least 40. */
  readonly columns?: number;
  /** Adds colour and nothing that takes up columns. */
  readonly style?: (text: string, tone: AlertTone) => string;
}

/**
 * The alert as an on-call person reads it: what changed, before and after, since when, how often, the evidence, what
 * to do. Ends with a line break. Safe on a terminal whatever the alert holds.
 */
export function renderAlertText(alert: Alert, options: AlertTextOptions = {}): string {
  const columns = Math.max(40, options.columns ?? 80);
  const style = options.style ?? ((text: string) => text);
  const lines = [
    style(...headline(alert)),
    ...wrapToColumns(clean(alert.summary), columns).map((line) => style(line, "strong")),
    "",
    ...alert.changes.flatMap((change) => changeLines(change, columns)),
    ...(alert.moreChanges > 0 ? [`  and ${alert.moreChanges} more`] : []),
    ...(alert.members === undefined ? [] : wrapToColumns(namesOf(alert), columns - 2).map((line) => `  ${line}`)),
    ...(alert.changes.length > 0 ? [""] : []),
    ...alertFacts(alert).flatMap(([name, text]) => rowLines(name, clean(text), columns, style)),
  ];
  return `${lines.join("\n")}\n`;
}

function namesOf({ members = [], moreMembers = 0 }: Alert): string {
  const names = members.map((name) => plainLine(name, 80)).join(", ");
  return moreMembers > 0 ? `${names} and ${moreMembers} more` : names;
}

const clean = (text: string): string => plainLine(text, 400);

function headline({ status, severity, kind }: Alert): [string, AlertTone] {
  switch (status) {
    case "firing":
      return [`FIRING  ${severity}, ${kind}`, "bad"];
    case "acknowledged":
      return [`ACKNOWLEDGED  ${severity}, ${kind}`, "strong"];
    case "resolved":
      return [`RESOLVED  ${kind}`, "good"];
    case "information":
      return ["DAILY DIGEST", "strong"];
    default:
      return status satisfies never;
  }
}

function changeLines({ what, before, after }: Change, columns: number): string[] {
  const oneLine = `  ${clean(what)}: ${clean(before)} → ${clean(after)}`;
  if (displayWidth(oneLine) <= columns) return [oneLine];
  return [
    ...indented(clean(what), "  ", "  ", columns),
    ...indented(clean(before), "    before  ", "            ", columns),
    ...indented(clean(after), "    after   ", "            ", columns),
  ];
}

/** What stands below the changes: since when, how often, where, the evidence, what to do. */
export function alertFacts(alert: Alert): [string, string][] {
  if (alert.digest !== undefined) return digestFacts(alert, alert.digest);
  const lastingMs = Date.parse(alert.at) - Date.parse(alert.firstBadSlot);
  const lasting = lastingMs > 0 ? ` (${formatDurationMs(lastingMs)})` : "";
  const until = alert.status === "resolved" ? ` until ${readable(alert.at)}` : "";
  return [
    // A trend began before it was noticed; its own words say when.
    [alert.confirmation === "many-runs" ? "noticed" : "since", `${readable(alert.firstBadSlot)}${until}${lasting}`],
    ["last good", alert.lastGoodSlot === null ? "none seen" : readable(alert.lastGoodSlot)],
    ...(alert.members === undefined && alert.kind !== "monitor"
      ? [["how often", howSure(alert)] satisfies [string, string]]
      : []),
    ...blastRadiusRows(alert.reach),
    ["where", whereOf(alert)],
    ...(alert.baselineVersion === null
      ? []
      : [["baseline", `version ${alert.baselineVersion}`] satisfies [string, string]]),
    ...alert.evidence.slice(-shownRuns).flatMap(evidenceRows),
    ["look at", causes[alert.likelyCause]],
    ["next step", alert.nextStep],
    ...earlierRows(alert),
    ...controlRows(alert),
    ["incident", `${alert.incidentId}, message ${alert.sequence}: ${alert.reason}`],
  ];
}

function digestFacts({ firstBadSlot, nextStep }: Alert, { pages }: NonNullable<Alert["digest"]>): [string, string][] {
  return [
    ["since", readable(firstBadSlot)],
    ["pages", pages],
    ["next step", nextStep],
  ];
}

function whereOf({ kind, target, model, scenario, location, members }: Alert): string {
  // The names that are given when there is but one place.
  const from = location === "default" || location === "here" ? "" : `, from ${location}`;
  if (kind === "monitor") return `Plumbline itself${members === undefined ? "" : from}`;
  return `${target} (${model})${members === undefined ? `, ${scenario}` : ""}${from}`;
}

/** What a person can do from anywhere; a test and what is over need nothing. */
function controlRows({ status, incidentId, reason }: Alert): [string, string][] {
  if (status !== "firing" || reason === "test") return [];
  return [["take it on", `plumbline incident ack ${incidentId} --why "…"`]];
}

/** What the reader was not told when it happened. */
function earlierRows({ earlier = [] }: Alert): [string, string][] {
  if (earlier.length === 0) return [];
  const events = earlier.slice(0, shownEarlier).map(({ event, at }) => `${event} ${readable(at)}`);
  const more = earlier.length > shownEarlier ? ` and ${earlier.length - shownEarlier} more` : "";
  return [["before", `${events.join(", ")}${more}; could not be told then`]];
}

const shownEarlier = 4;

function blastRadiusRows(reach: AlertBlastRadius | null): [string, string][] {
  if (reach === null) return [];
  const { affected, moreAffected, fine, moreFine } = reach;
  const list = (names: readonly string[], more: number): string =>
    names.join(", ") + (more > 0 ? ` and ${more} more` : "");
  return [
    ["also so", affected.length === 0 ? "nothing else that is watched" : list(affected, moreAffected)],
    ...(fine.length === 0 ? [] : [["fine", list(fine, moreFine)] satisfies [string, string]]),
  ];
}

/** The newest say enough on a screen; the alert itself holds more. */
const shownRuns = 2;

const causes: Readonly<Record<LikelyCause, string>> = {
  provider: "the provider first",
  network: "the network first",
  credentials: "the credentials first",
  monitor: "Plumbline itself first",
};

function evidenceRows({ runId, status, requestId, traceId }: Evidence): [string, string][] {
  return [
    ["run", status === undefined ? `${runId} (no reply)` : `${runId} (status ${status})`],
    ...(requestId === undefined ? [] : [["request", requestId] satisfies [string, string]]),
    ...(traceId === undefined ? [] : [["trace", traceId] satisfies [string, string]]),
  ];
}

/** `2026-11-23 10:00:05 UTC` */
function readable(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

const nameColumns = 11;

function rowLines(
  name: string,
  text: string,
  columns: number,
  style: (text: string, tone: AlertTone) => string,
): string[] {
  const [first = "", ...rest] = wrapToColumns(text, columns - nameColumns);
  const blank = " ".repeat(nameColumns);
  return [`${style(name.padEnd(nameColumns), "dim")}${first}`, ...rest.map((line) => `${blank}${line}`)];
}

function indented(text: string, first: string, later: string, columns: number): string[] {
  return wrapToColumns(text, columns - later.length).map((line, index) => `${index === 0 ? first : later}${line}`);
}
