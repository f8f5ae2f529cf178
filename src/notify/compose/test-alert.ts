import { shortHash } from "../../std/hash.ts";
import type { Alert, OutboxEntry } from "./alert.ts";
import { testReasons } from "./test-reason.ts";
import type { DeliveryAttempt, Outbox } from "../deliver/outbox.ts";

const nothing = "TEST from Plumbline: nothing is wrong, no action needed";

/** An alert that says in every member a person reads that it is a test; its incident does not exist. */
export function testEntry(
  receiver: string,
  event: "opened" | "resolved",
  startedAtMs: number,
  reason: (typeof testReasons)[keyof typeof testReasons] = testReasons.loud,
): OutboxEntry {
  const at = new Date(startedAtMs).toISOString();
  const key = shortHash(JSON.stringify([receiver, startedAtMs]));
  const isOver = event === "resolved";
  const alert: Alert = {
    version: 1,
    incidentId: `test-${key}`,
    fingerprint: `test-${key}`,
    sequence: isOver ? 2 : 1,
    event,
    status: isOver ? "resolved" : "firing",
    reason,
    at,
    kind: "monitor",
    severity: reason === testReasons.quiet ? "informative" : "risky",
    summary: isOver ? `${nothing} (resolved)` : nothing,
    changes: [],
    moreChanges: 0,
    target: "test",
    model: "test",
    scenario: "test",
    location: "test",
    probe: "test",
    firstBadSlot: at,
    lastGoodSlot: null,
    badRuns: 1,
    judgedRuns: 1,
    baselineVersion: null,
    reach: null,
    evidence: [],
    likelyCause: "monitor",
    nextStep: "No action needed: somebody is testing this receiver.",
  };
  return { id: `msg_${shortHash(`${key} ${event}`, 32)}`, receiver, alert, createdAtMs: startedAtMs };
}

/** An outbox for one attempt at one entry; its outcome is returned, not stored. */
export function outboxOf(entry: OutboxEntry): Outbox {
  let isDue = true;
  const pending = { entry, attempts: 0, dueAtMs: entry.createdAtMs };
  return {
    catchUp: () => Promise.resolve(),
    due: () => Promise.resolve(isDue ? [pending] : []),
    lease(id) {
      const leased = isDue && id === entry.id ? pending : undefined;
      isDue = false;
      return Promise.resolve(leased);
    },
    record: (_attempt: DeliveryAttempt) => Promise.resolve(),
  };
}
