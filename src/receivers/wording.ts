import { sanitize } from "../std/sanitize.ts";
import type { Alert } from "../notify/compose/alert.ts";
import type { Link } from "../notify/compose/fill-template.ts";
import { alertFacts } from "../notify/compose/render-text.ts";

/** How a sink wants its markup neutralised. */
export type Escape = (text: string) => string;

const asItIs: Escape = (text) => text;

/**
 * One line for a sink: nobody is called, nothing is invisible, and with its escapes it is no longer than `max`, in
 * which no escape is cut in two. Never empty, because many services refuse empty texts.
 */
export function fit(text: string, max: number, escape: Escape = asItIs): string {
  for (let room = max; room > 0;) {
    const escaped = escape(sanitize(text, room));
    if (escaped.length <= max) return escaped === "" ? "–" : escaped;
    room -= Math.max(1, Math.ceil((escaped.length - max) / 2));
  }
  return "–";
}

/** What has happened, in our own words only. */
export function headline({ status, severity, kind }: Alert): string {
  switch (status) {
    case "firing":
      return `FIRING: ${severity} ${kind}`;
    case "acknowledged":
      return `ACKNOWLEDGED: ${severity} ${kind}`;
    case "resolved":
      return `RESOLVED: ${kind}`;
    case "information":
      return "DAILY DIGEST";
    default:
      return status satisfies never;
  }
}

const mostChanges = 10;

/** Before and after, a line each, of which each is at most `max` long; names, where they matter more, in their place. */
export function changeLines(alert: Alert, max: number, escape: Escape = asItIs): string[] {
  const names = nameLine(alert, max * mostChanges, escape);
  if (names !== undefined) {
    const [first] = alert.changes;
    return [...(first === undefined ? [] : [fit(`${first.what}: ${first.after}`, max, escape)]), names];
  }
  const lines = alert.changes
    .slice(0, mostChanges)
    .map(({ what, before, after }) => fit(`${what}: ${before} → ${after}`, max, escape));
  const more = alert.moreChanges + Math.max(0, alert.changes.length - mostChanges);
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

/** What an incident that stands for others names: whole names, and how many more. */
function nameLine({ members = [], moreMembers = 0 }: Alert, max: number, escape: Escape): string | undefined {
  if (members.length === 0) return undefined;
  let line = "";
  for (const [index, name] of members.entries()) {
    const longer = `${line}${line === "" ? "" : ", "}${fit(name, 80, escape)}`;
    const left = members.length - index - 1 + moreMembers;
    if (longer.length + ` and ${left} more`.length > max) return `${line} and ${left + 1} more`;
    line = longer;
  }
  return moreMembers > 0 ? `${line} and ${moreMembers} more` : line;
}

/** Since when, how often, where, evidence, next step: a name and a value of at most `max`. */
export function factLines(alert: Alert, max: number, escape: Escape = asItIs): [name: string, value: string][] {
  return alertFacts(alert).map(([name, value]) => [name, fit(value, max, escape)]);
}

/** The first links that together are no longer than `max`. */
export function linksWithin(links: readonly Link[], max: number): Link[] {
  let room = max;
  return links.filter(({ text, href }) => {
    room -= text.length + href.length;
    return room >= 0;
  });
}
