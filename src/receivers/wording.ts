import { withLocalTimes } from "../std/local-time.ts";
import { sanitize } from "../std/sanitize.ts";
import type { Alert } from "../notify/compose/alert.ts";
import type { Link } from "../notify/compose/fill-template.ts";
import { asItIs, changeLine, isSaid } from "../notify/compose/headline.ts";
import type { Receiver } from "../probe/receiver.ts";
import { alertFacts, type ReadAlert } from "../notify/compose/facts.ts";

/** Escapes what a service would read as markup. */
export type Escape = (text: string) => string;

const unescaped: Escape = (text) => text;

/**
 * One line for a service: without mentions and invisible characters, and at most `max` long with its escapes, none of
 * which is cut. Never empty, because many services refuse empty texts.
 */
export function fit(text: string, max: number, escape: Escape = unescaped): string {
  for (let room = max; room > 0;) {
    const escaped = escape(sanitize(text, room));
    if (escaped.length <= max) return escaped === "" ? "–" : escaped;
    room -= Math.max(1, Math.ceil((escaped.length - max) / 2));
  }
  return "–";
}

/** What the people of one receiver read at the time of the attempt: times are as their clock shows them. */
export function forReader(alert: Alert, { tz = "UTC" }: Receiver, nowMs: number): ReadAlert {
  const reader = { tz, nowMs };
  const local = (text: string): string => withLocalTimes(text, reader);
  const changes = alert.changes.map(({ what, before, after }) => ({
    what,
    before: local(before),
    after: local(after),
  }));
  return { ...alert, summary: local(alert.summary), nextStep: local(alert.nextStep), changes, reader };
}

const mostChanges = 10;

/**
 * One line for each change, at most `max` long, unless the summary says it all. Of a group incident, the first change and
 * the names of its members.
 */
export function changeLines(alert: Alert, max: number, escape: Escape = unescaped): string[] {
  const names = nameLine(alert, max * mostChanges, escape);
  if (names !== undefined) {
    const [first] = alert.changes;
    return [...(first === undefined ? [] : [fit(`${first.what}: ${first.after}`, max, escape)]), names];
  }
  if (isSaid(alert)) return [];
  const lines = alert.changes
    .slice(0, mostChanges)
    .map((change) => fit(changeLine(asItIs(change, alert)), max, escape));
  const more = alert.moreChanges + Math.max(0, alert.changes.length - mostChanges);
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

/** The members of a group incident: whole names, and how many more. */
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

/** The facts below the changes: a name and a value of at most `max`. */
export function factLines(
  alert: Alert,
  max: number,
  { tz }: Pick<Receiver, "tz">,
  escape: Escape = unescaped,
): [name: string, value: string][] {
  return alertFacts(alert, tz).map(([name, value]) => [name, fit(value, max, escape)]);
}

/** As many whole lines as there is room for, from the top, and a sign where lines are left out. */
export function linesWithin(lines: readonly string[], max: number, lengthOf = (text: string): number => text.length) {
  let kept = "";
  for (const line of lines) {
    const longer = kept === "" ? line : `${kept}\n${line}`;
    if (lengthOf(`${longer}\n…`) > max) return `${kept}\n…`;
    kept = longer;
  }
  return kept;
}

/** The link to acknowledge by, for a service that has room for one link only; the first of all where there is none. */
export function mostUseful(links: readonly Link[], { controls = [] }: Alert): Link | undefined {
  const acknowledge = controls.find(({ act }) => act === "acknowledge");
  return links.find(({ href }) => href === acknowledge?.url) ?? links[0];
}

/** The first links that together are no longer than `max`. */
export function linksWithin(links: readonly Link[], max: number): Link[] {
  let room = max;
  return links.filter(({ text, href }) => {
    room -= text.length + href.length;
    return room >= 0;
  });
}
