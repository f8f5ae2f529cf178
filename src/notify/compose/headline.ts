import { isAboutBlindness } from "../../judgement/spend/blind.ts";
import type { Alert, Change } from "./alert.ts";
import { isTest } from "./test-reason.ts";

/** What it is about, in our own words only: `FIRING: outage`, `RESOLVED: changed reply format`. */
export function headline(alert: Alert): string {
  if (alert.status === "information") return "DAILY DIGEST";
  return isTest(alert) ? "TEST" : `${alert.status.toUpperCase()}: ${topicOf(alert)}`;
}

/** A noun, so that it is as true of what is over. */
function topicOf({ kind, severity, changes: [change] }: Alert): string {
  switch (kind) {
    case "availability":
      return severity === "breaking" ? "outage" : "failing requests";
    case "expectation":
      return errorTopics[errorOf(change) ?? "none"];
    case "policy":
      return "forbidden request answered";
    case "contract":
      return "changed reply format";
    case "error-shape":
      return "changed error replies";
    case "latency":
      return "changed response time";
    case "usage":
      return "changed token usage";
    case "output":
      return "changed answers";
    case "budget":
      if (isAboutBlindness(change?.what ?? "")) return "target not checked";
      if (change?.what.startsWith("spend cap ") === true) return "spend cap reached";
      return change?.what.startsWith("error budget") === true ? "error budget" : "spend";
    case "monitor":
      return "problem of Plumbline itself";
    default:
      return kind satisfies never;
  }
}

type ErrorReply = "server" | "limit" | "key" | "request";

/** What an error status in place of an answer says; undefined: it is another rule. */
export function errorOf(change: Change | undefined): ErrorReply | undefined {
  if (change?.what !== "status" || !/^2\d\d/.test(change.before)) return undefined;
  const status = Number(/^\d{3}\b/.exec(change.after)?.[0]);
  if (status >= 500) return "server";
  if (status === 429) return "limit";
  return status === 401 || status === 402 || status === 403 ? "key" : status >= 400 ? "request" : undefined;
}

const errorTopics: Readonly<Record<ErrorReply | "none", string>> = {
  server: "server errors",
  limit: "rate limit reached",
  key: "key refused",
  request: "requests refused",
  none: "broken rule",
};

/** A change of what is over says that it was; when a trend began is said once, below. */
export function asItIs(change: Change, alert: Pick<Alert, "status" | "confirmation" | "changes">): Change {
  if (alert.status === "resolved") return { ...change, what: `was: ${change.what}` };
  return trendBegan(alert) === undefined ? change : { ...change, after: change.after.replace(startAtEnd, "") };
}

/** As findings end, and as the clock of a reader shows it. */
const time = String.raw`(?:\d{4}-\d{2}-\d{2}|(?:today|yesterday|tomorrow) at) \d{2}:\d{2} \S+`;
const startAtEnd = new RegExp(`, (?:since|began between) (${time}(?: and ${time})?)$`);

/** When a move that was followed over many runs began, in the words of its finding. */
export function trendBegan({
  confirmation,
  changes: [change],
}: Pick<Alert, "confirmation" | "changes">): string | undefined {
  return confirmation === "many-runs" ? startAtEnd.exec(change?.after ?? "")?.[1] : undefined;
}

/** `1.62 s (×2.0, 95 % interval ×1.8 to ×2.2), since 2026-11-23 09:50 UTC` → `1.62 s (×2.0)`; the page has it whole. */
export function withoutDetails(after: string): string {
  return after.replace(startAtEnd, "").replace(/ \((×[\d.]+), [^)]*\)/, " ($1)");
}

/** Whether the summary holds the only change whole. */
export function isSaid({ summary, changes, moreChanges, kind }: Alert): boolean {
  const [change] = changes;
  if (change === undefined || changes.length > 1 || moreChanges > 0) return false;
  const isAfterOnly = kind === "budget" || (kind === "availability" && change.what === "reply");
  const after = withoutDetails(change.after);
  return summary.includes(isAfterOnly ? after : `${change.what} ${change.before} → ${after}`);
}

/** One change on one line. */
export const changeLine = ({ what, before, after }: Change): string => `${what}: ${before} → ${after}`;
