import { plainAlerting } from "../probe/alerting.ts";
import type { Probe } from "../probe/probe.ts";
import type { Target } from "../probe/target.ts";

const dayMs = 86_400_000;

/** The probe that plays one scenario for an audit: the same as a scheduled one, and nobody is alerted. */
export function auditProbe(target: Target, scenario: string): Probe {
  return {
    id: `audit-${target.name}-${scenario}@audit`,
    name: `audit-${target.name}-${scenario}`,
    target,
    scenario: { kind: "built-in", name: scenario },
    location: "audit",
    cadence: { kind: "every", everyMs: dayMs },
    nonce: false,
    judge: {
      learnRuns: 30,
      latencyFloorRatio: 1.05,
      maxLoopDelayMs: 100,
      drift: { falsePageEveryMs: 180 * dayMs, samples: 60, pageAfterMs: dayMs, fullAfterMs: 7 * dayMs },
    },
    incident: { fire: { bad: 1, of: 1 }, resolveAfter: 1, remindMs: dayMs, reopenWithinMs: 0 },
    tier: "ticket",
    alerting: plainAlerting,
    receivers: [],
  };
}
