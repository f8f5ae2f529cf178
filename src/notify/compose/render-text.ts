import { displayWidth, wrapToColumns } from "../../std/display-width.ts";
import { formatDurationMs } from "../../std/duration.ts";
import { plainLine } from "../../std/sanitize.ts";
import { zonedTime } from "../../std/zoned-time.ts";
import type { Alert, AlertBlastRadius, Change, LikelyCause } from "./alert.ts";
import { asItIs, changeLine, headline } from "./headline.ts";
import { impactOf } from "./impact.ts";

/** How a piece of text is highlighted. Never the only sign of anything: the words say the same. */
export type AlertTone = "strong" | "bad" | "good" | "dim";

export interface AlertTextOptions {
  /** Lines are no wider; at least 40. */
  readonly columns?: number;
  /** The time zone of times; default UTC. */
  readonly tz?: string | undefined;
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
    ...alert.changes.flatMap((change) => changeLines(asItIs(change, alert), columns)),
    ...(alert.moreChanges > 0 ? [`  and ${alert.moreChanges} more`] : []),
    ...(alert.members === undefined ? [] : wrapToColumns(namesOf(alert), columns - 2).map((line) => `  ${line}`)),
    ...(alert.changes.length > 0 ? [""] : []),
    ...alertFacts(alert, options.tz).flatMap(([name, text]) => rowLines(name, clean(text), columns, style)),
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
export function alertFacts(alert: Alert, tz = "UTC"): [string, string][] {
  const readable = (iso: string): string => zonedTime(iso, tz);
  if (alert.digest !== undefined) return digestFacts(alert, alert.digest, readable);
  return [
    // A trend began before it was detected; its summary says when.
    [alert.confirmation === "many-runs" ? "detected" : "since", sinceText(alert, readable)],
    ...(alert.uncheckedSince === undefined
      ? []
      : [["not checked", `since ${readable(alert.uncheckedSince)}`] satisfies [string, string]]),
    ...optionalRow("for users", impactOf(alert)),
    ...blastRadiusRows(alert.reach),
    ["where", whereOf(alert)],
    ...(alert.status === "resolved" ? [] : [["likely cause", causes[alert.likelyCause]] satisfies [string, string]]),
    ["next step", alert.nextStep],
    ...optionalRow("request", alert.evidence.at(-1)?.requestId),
    ...earlierRows(alert, readable),
    ...detailRows(alert),
  ];
}

/** One beginning with its uncertainty: `2026-11-23 10:10 UTC, or up to 1 min before (for 2 min)`. */
function sinceText(
  { at, firstBadSlot, lastGoodSlot, status, confirmation, kind }: Alert,
  readable: (iso: string) => string,
): string {
  const lastingMs = Date.parse(at) - Date.parse(firstBadSlot);
  const lasting = lastingMs > 0 ? ` (for ${formatDurationMs(lastingMs)})` : "";
  const until = status === "resolved" ? ` until ${readable(at)}` : "";
  const isTrend = status === "resolved" || confirmation === "many-runs" || kind === "budget" || kind === "monitor";
  const gapMs = lastGoodSlot === null ? 0 : Date.parse(firstBadSlot) - Date.parse(lastGoodSlot);
  const before = isTrend
    ? ""
    : lastGoodSlot === null
      ? ", or before"
      : gapMs > 0
        ? `, or up to ${formatDurationMs(gapMs)} before`
        : "";
  return `${readable(firstBadSlot)}${before}${until}${lasting}`;
}

function digestFacts(
  { firstBadSlot, nextStep }: Alert,
  { pages }: NonNullable<Alert["digest"]>,
  readable: (iso: string) => string,
): [string, string][] {
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

const optionalRow = (name: string, text: string | undefined): [string, string][] =>
  text === undefined ? [] : [[name, text]];

/** Where the rest is: behind the links, or in a terminal where there are none. A test has nothing more. */
function detailRows({ status, incidentId, reason, page, controls }: Alert): [string, string][] {
  if (reason === "test") return [["incident", incidentId]];
  if (page !== undefined || controls !== undefined) return [["incident", incidentId]];
  const commands: [string, string][] = [["details", `plumbline incident show ${incidentId}`]];
  if (status !== "firing") return commands;
  return [...commands, ["acknowledge", `plumbline incident ack ${incidentId} --why "…"`]];
}

/** Transitions whose own messages could not be delivered in time. */
function earlierRows({ earlier = [] }: Alert, readable: (iso: string) => string): [string, string][] {
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

const causes: Readonly<Record<LikelyCause, string>> = {
  provider: "provider",
  network: "network",
  credentials: "credentials",
  monitor: "Plumbline itself",
};

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
