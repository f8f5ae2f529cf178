import type { Observation } from "../../observation/observation.ts";
import type { Target } from "../../probe/target.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { Ruling } from "../judgement.ts";

/** The rules of a scenario that look at all its calls, one ruling each. */
export function judgeChecks(scenario: Scenario, observations: readonly Observation[], target: Target): Ruling[] {
  return (scenario.checks?.(observations, target) ?? []).map(
    ({ subject: label, rule, outcome, expected, observed }) => {
      const subject = { kind: rule, series: `${scenario.name}/${label}`, label };
      switch (outcome) {
        case "held":
          return { subject, outcome: "good" };
        case "unknown":
          return { subject, outcome: "unjudged", reason: observed };
        case "broken": {
          const finding = { kind: rule, severity: "breaking", subject: label, expected, observed } as const;
          return { subject, outcome: "bad", findings: [finding] };
        }
        default:
          return outcome satisfies never;
      }
    },
  );
}

/** What the target itself had a hand in: no fault of ours, nothing the client refused to send, nobody else's reply. */
export function isOfTarget({ outcome, injected, via }: Observation): boolean {
  if (injected !== undefined || via !== undefined) return false;
  return outcome.kind === "reply" || outcome.class !== "request-too-large";
}
