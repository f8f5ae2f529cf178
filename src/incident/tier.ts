import type { FindingKind, Severity } from "../judgement/judgement.ts";
import type { Tier } from "../probe/alerting.ts";

/** What breaks somebody's traffic on a target that is marked for it pages; what only moves waits for working hours. */
export function tierOf(kind: FindingKind, severity: Severity, target: Tier): Tier {
  switch (kind) {
    case "policy":
      return target;
    case "availability":
    case "expectation":
    case "contract":
    case "error-shape":
      return severity === "breaking" ? target : "ticket";
    case "latency":
    case "usage":
    case "output":
      return "ticket";
    case "budget":
      return severity === "breaking" ? "page" : "ticket";
    case "monitor":
      return "page";
    default:
      return kind satisfies never;
  }
}
