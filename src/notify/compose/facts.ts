import { localTimeText, type Reader } from "../../std/local-time.ts";
import { zonedTime } from "../../std/zoned-time.ts";
import type { Alert, LikelyCause } from "./alert.ts";
import { trendBegan } from "./headline.ts";
import { impactOf } from "./impact.ts";
import { wholeSeconds } from "./summary.ts";
import { isTest } from "./test-reason.ts";

/** An alert as it is, or for somebody whose time zone is known. */
export type ReadAlert = Alert & { readonly reader?: Reader };

/** The facts below the changes: since when, in how many runs, where, the evidence, what to do. */
export function alertFacts(alert: ReadAlert, tz = "UTC"): [string, string][] {
  const readable = readableFor(alert, tz);
  if (alert.digest !== undefined) return digestFacts(alert, alert.digest, readable);
  if (isTest(alert)) {
    return [
      ["next step", alert.nextStep],
      ["incident", alert.incidentId],
    ];
  }
  return [
    [alert.status === "resolved" ? "lasted" : "since", sinceText(alert, readable)],
    ...(alert.uncheckedSince === undefined
      ? []
      : [["not checked", `since ${readable(alert.uncheckedSince)}`] satisfies [string, string]]),
    ...(alert.reason.startsWith("by ") ? [[alert.status, alert.reason] satisfies [string, string]] : []),
    ...optionalRow("for users", impactOf(alert)),
    ...blastRadiusRows(alert, readable),
    ["next step", alert.nextStep],
    ...optionalRow("again", alert.recurrence),
    ...(alert.status === "resolved" || alert.kind === "budget"
      ? []
      : [["likely cause", causes[alert.likelyCause]] satisfies [string, string]]),
    ["where", whereOf(alert)],
    ...earlierRows(alert, readable),
    ...detailRows(alert),
  ];
}

/**
 * One beginning with its uncertainty: `2026-11-23 10:10 UTC, or up to 1 min earlier; 2 min so far`. A trend began before it
 * was detected.
 */
function sinceText(alert: Alert, readable: Readable): string {
  const { at, firstBadSlot, lastGoodSlot, status, confirmation, kind } = alert;
  const lastingMs = Date.parse(at) - Date.parse(firstBadSlot);
  if (status === "resolved") return `${wholeSeconds(lastingMs)}: ${readable(firstBadSlot)} to ${readable(at)}`;
  const began = trendBegan(alert);
  if (began !== undefined) {
    return `${began.includes(" and ") ? "between" : "about"} ${began}; detected ${readable(firstBadSlot)}`;
  }
  const lasting = lastingMs > 0 ? `; ${wholeSeconds(lastingMs)} so far` : "";
  const isTrend = confirmation === "many-runs" || kind === "budget" || kind === "monitor";
  const gapMs = lastGoodSlot === null ? 0 : Date.parse(firstBadSlot) - Date.parse(lastGoodSlot);
  const before = isTrend
    ? ""
    : lastGoodSlot === null
      ? ", or earlier"
      : gapMs > 0
        ? `, or up to ${wholeSeconds(gapMs)} earlier`
        : "";
  return `${readable(firstBadSlot)}${before}${lasting}`;
}

function digestFacts(alert: Alert, { pages }: NonNullable<Alert["digest"]>, readable: Readable): [string, string][] {
  return [
    ["since", readable(alert.firstBadSlot)],
    ["pages", pages],
    ["next step", alert.nextStep],
  ];
}

function whereOf({ kind, target, model, scenario, location, members }: Alert): string {
  // The default names of a single location.
  const from = location === "default" || location === "here" ? "" : `, from ${location}`;
  if (kind === "monitor") return `Plumbline itself${members === undefined ? "" : from}`;
  const of = model === "all" || model === "none" ? "" : ` (${model})`;
  if (kind === "budget") return `${target}${of}`;
  return `${target}${of}${members === undefined ? `, ${scenario}` : ""}${from}`;
}

const optionalRow = (name: string, text: string | undefined): [string, string][] =>
  text === undefined ? [] : [[name, text]];

/** Where the rest is: behind the link to the incident, or in a terminal where there is none. */
function detailRows(alert: Alert): [string, string][] {
  const { status, incidentId, page, evidence } = alert;
  if (page !== undefined) return [];
  const rows: [string, string][] = [
    ...optionalRow("request", evidence.at(-1)?.requestId),
    ["details", `plumbline incident show ${incidentId}`],
  ];
  if (status !== "firing") return rows;
  return [...rows, ["acknowledge", `plumbline incident ack ${incidentId} --why "…"`]];
}

/** Transitions whose own messages could not be delivered in time. */
function earlierRows(alert: Alert, readable: Readable): [string, string][] {
  const { earlier = [] } = alert;
  if (earlier.length === 0) return [];
  const events = earlier.slice(0, shownEarlier).map(({ event, at }) => `${event} ${readable(at)}`);
  const more = earlier.length > shownEarlier ? ` and ${earlier.length - shownEarlier} more` : "";
  return [["delayed", `${events.join(", ")}${more}`]];
}

const shownEarlier = 4;

/** Who else is affected. Of what is resolved, only who still is. */
function blastRadiusRows({ reach, status }: Alert, readable: Readable): [string, string][] {
  if (reach === null) return [];
  const { affected, moreAffected, fine, moreFine, checkedAt } = reach;
  const age = checkedAt === undefined ? "" : ` (checked ${readable(checkedAt)})`;
  const list = (names: readonly string[], more: number): string =>
    names.join(", ") + (more > 0 ? ` and ${more} more` : "");
  if (status === "resolved") return affected.length === 0 ? [] : [["still affected", list(affected, moreAffected)]];
  return [
    [
      "also affected",
      `${affected.length > 0 ? list(affected, moreAffected) : checkedAt === undefined ? "unknown: no other probe has run since" : "no other probe"}${age}`,
    ],
    ...(fine.length === 0 ? [] : [["not affected", list(fine, moreFine)] satisfies [string, string]]),
  ];
}

const causes: Readonly<Record<LikelyCause, string>> = {
  provider: "provider",
  network: "network",
  credentials: "credentials",
  monitor: "Plumbline itself",
};

type Readable = (iso: string) => string;

/** For a reader `today at 11:00 CET`, else `2026-11-23 10:00 UTC`. */
function readableFor({ reader }: ReadAlert, tz: string): Readable {
  return (iso) => {
    const atMs = Date.parse(iso);
    return reader === undefined || Number.isNaN(atMs) ? zonedTime(iso, tz) : localTimeText(atMs, reader);
  };
}
