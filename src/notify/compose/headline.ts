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

/** One change on one line. */
export const changeLine = ({ what, before, after }: Change): string => `${what}: ${before} → ${after}`;
