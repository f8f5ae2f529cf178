import { displayWidth, wrapToColumns } from "../../std/display-width.ts";
import { plainLine } from "../../std/sanitize.ts";
import type { Alert, Change } from "./alert.ts";
import { alertFacts, type ReadAlert } from "./facts.ts";
import { asItIs, changeLine, headline, isSaid } from "./headline.ts";

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
export function renderAlertText(alert: ReadAlert, options: AlertTextOptions = {}): string {
  const columns = Math.max(40, options.columns ?? 80);
  // A message is short: what its summary says is not said twice.
  const changes = alert.reader !== undefined && isSaid(alert) ? [] : alert.changes;
  const style = options.style ?? ((text: string) => text);
  const lines = [
    style(headline(alert), tones[alert.status]),
    ...wrapToColumns(clean(alert.summary), columns).map((line) => style(line, "strong")),
    "",
    ...changes.flatMap((change) => changeLines(asItIs(change, alert), columns)),
    ...(alert.moreChanges > 0 ? [`  and ${alert.moreChanges} more`] : []),
    ...(alert.members === undefined ? [] : wrapToColumns(namesOf(alert), columns - 2).map((line) => `  ${line}`)),
    ...(changes.length > 0 || alert.members !== undefined ? [""] : []),
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
