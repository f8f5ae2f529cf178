import type { Alert } from "../../src/notify/compose/alert.ts";

const base: Alert = {
  version: 1,
  incidentId: "0123456789abcdef-1",
  fingerprint: "0123456789abcdef",
  sequence: 1,
  event: "opened",
  status: "firing",
  reason: "2-of-3-slots-bad",
  at: "2026-11-23T09:00:20.000Z",
  kind: "contract",
  severity: "breaking",
  summary: "valid-request: $.choices[].message.role is gone",
  changes: [{ what: "$.choices[].message.role", before: "string", after: "absent" }],
  moreChanges: 0,
  target: "demo",
  model: "gpt-4o-mini",
  scenario: "valid-request",
  location: "local",
  probe: "valid-request@local",
  firstBadSlot: "2026-11-23T09:00:18.000Z",
  lastGoodSlot: "2026-11-23T09:00:17.000Z",
  badRuns: 2,
  judgedRuns: 6,
  baselineVersion: 1,
  reach: null,
  evidence: [
    {
      runId: "valid-request@local/2026-11-23T09:00:18.000Z",
      traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    },
  ],
  likelyCause: "provider",
  nextStep: "Ask the provider whether the reply was changed on purpose.",
};

export function anAlert(change: Partial<Alert> = {}): Alert {
  return { ...base, ...change };
}
