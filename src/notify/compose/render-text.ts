import type { Evidence } from "../../incident/incident.ts";
import { displayWidth, wrapToColumns } from "../../std/display-width.ts";
import { formatDurationMs } from "../../std/duration.ts";
import { plainLine } from "../../std/sanitize.ts";
import type { Alert, AlertBlastRadius, Change, LikelyCause } from "./alert.ts";
import { changeLine, headline } from "./headline.ts";
import { howSure } from "./summary.ts";

/** How a piece of text is highlighted. Never the only sign of anything: the words say the same. */
export type AlertTone = "strong" | "bad" | "good" | "dim";

export interface AlertTextOptions {
  /** Lines are no wider; at least 40. */
  readonly columns?: number;
  /** Adds colour and nothing that takes up columns. */
  readonly style?: (text: string, tone: AlertTone) => string;
}

/**
 * The alert as an on-call engineer reads it: what changed, before and after, since when, the evidence, what to do. Ends with a line break. Safe on a terminal whatever the alert holds.
 */
export function renderAlertText(alert: Alert, options: AlertTextOptions = {}): string {
  const columns = Math.max(40, options.columns ?? 80);
  const style = options.style ?? ((text: string) => text);
  const lines = [
    style(headline(alert), tones[alert.status]),
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

const tones: Readonly<Record<Alert["status"], AlertTone>> = {
  firing: "bad",
  acknowledged: "strong",
  resolved: "good",
  information: "strong",
};

function changeLines({ what, before, after }: Change, columns: number): string[] {
  const oneLine = `  ${changeLine({ what: clean(what), before: clean(before), after: clean(after) })}`;
  if (displayWidth(oneLine) <= columns) return [oneLine];
  return [
    ...indented(clean(what), "  ", "  ", columns),
    ...indented(clean(before), "    before  ", "            ", columns),
    ...indented(clean(after), "    after   ", "            ", columns),
  ];
}

/** The facts below the changes: since when, in how many runs, where, the evidence, what to do. */
export function alertFacts(alert: Alert): [string, string][] {
  if (alert.digest !== undefined) return digestFacts(alert, alert.digest);
  const lastingMs = Date.parse(alert.at) - Date.parse(alert.firstBadSlot);
  const lasting = lastingMs > 0 ? ` (${formatDurationMs(lastingMs)})` : "";
  const until = alert.status === "resolved" ? ` until ${readable(alert.at)}` : "";
  return [
    // A trend began before it was detected; its summary says when.
    [alert.confirmation === "many-runs" ? "detected" : "since", `${readable(alert.firstBadSlot)}${until}${lasting}`],
    ["last good", alert.lastGoodSlot === null ? "none seen" : readable(alert.lastGoodSlot)],
    ...(alert.members === undefined && alert.kind !== "monitor"
      ? [["confirmed", howSure(alert)] satisfies [string, string]]
      : []),
    ...blastRadiusRows(alert.reach),
    ["where", whereOf(alert)],
    ...(alert.baselineVersion === null
      ? []
      : [["baseline", `version ${alert.baselineVersion}`] satisfies [string, string]]),
    ...alert.evidence.slice(-shownRuns).flatMap(evidenceRows),
    ["likely cause", causes[alert.likelyCause]],
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
  // The default names of a single location.
  const from = location === "default" || location === "here" ? "" : `, from ${location}`;
  if (kind === "monitor") return `Plumbline itself${members === undefined ? "" : from}`;
  return `${target} (${model})${members === undefined ? `, ${scenario}` : ""}${from}`;
}

/** What a person can do from a terminal; a test and a resolved incident need nothing. */
function controlRows({ status, incidentId, reason }: Alert): [string, string][] {
  if (status !== "firing" || reason === "test") return [];
  return [["acknowledge", `plumbline incident ack ${incidentId} --why "…"`]];
}

/** Transitions whose own messages could not be delivered in time. */
function earlierRows({ earlier = [] }: Alert): [string, string][] {
  if (earlier.length === 0) return [];
  const events = earlier.slice(0, shownEarlier).map(({ event, at }) => `${event} ${readable(at)}`);
  const more = earlier.length > shownEarlier ? ` and ${earlier.length - shownEarlier} more` : "";
  return [["delayed", `${events.join(", ")}${more}`]];
}

const shownEarlier = 4;

function blastRadiusRows(reach: AlertBlastRadius | null): [string, string][] {
  if (reach === null) return [];
  const { affected, moreAffected, fine, moreFine } = reach;
  const list = (names: readonly string[], more: number): string =>
    names.join(", ") + (more > 0 ? ` and ${more} more` : "");
  return [
    ["also affected", affected.length === 0 ? "no other probe" : list(affected, moreAffected)],
    ...(fine.length === 0 ? [] : [["not affected", list(fine, moreFine)] satisfies [string, string]]),
  ];
}

/** The newest are enough on a screen; the alert itself has more. */
const shownRuns = 2;

const causes: Readonly<Record<LikelyCause, string>> = {
  provider: "provider",
  network: "network",
  credentials: "credentials",
  monitor: "Plumbline itself",
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

const nameColumns = 15;

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
