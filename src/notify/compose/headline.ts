import type { Alert, Change } from "./alert.ts";

/** What happened, in our own words only: `FIRING: breaking availability`. */
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

/** A change of what is over says that it was. */
export function asItIs(change: Change, { status }: Pick<Alert, "status">): Change {
  return status === "resolved" ? { ...change, what: `was: ${change.what}` } : change;
}

/** Whether the summary holds the only change whole. */
export function isSaid({ summary, changes, moreChanges, kind }: Alert): boolean {
  const [change] = changes;
  if (change === undefined || changes.length > 1 || moreChanges > 0) return false;
  const isNoReply = kind === "availability" && change.what === "reply";
  return summary.includes(isNoReply ? change.after : `${change.what} ${change.before} → ${change.after}`);
}

/** One change on one line. */
export const changeLine = ({ what, before, after }: Change): string => `${what}: ${before} → ${after}`;
