import type { Evidence, Incident } from "../incident/incident.ts";
import { fingerprintOf, type IncidentOwner, reduce } from "../incident/reduce.ts";
import type { Ruling } from "../judgement/judgement.ts";
import { type Aftermath, nothingFollows } from "./aftermath.ts";
import type { DeliveryOutcome } from "./alert.ts";
import { tell } from "./tell.ts";

/** How handing over one alert has ended: for good, not for now. */
export interface EndedDelivery {
  readonly receiver: string;
  readonly outcome: DeliveryOutcome;
  readonly attempts: number;
  /** Of the alert that was to be handed over. */
  readonly evidence: Evidence;
  readonly nowMs: number;
}

/** Incidents of the monitor itself. One lost alert is enough to open one, one delivered is enough to resolve it. */
const self: IncidentOwner = {
  id: "plumbline",
  name: "plumbline",
  target: { name: "plumbline", model: "none" },
  scenario: { name: "itself" },
  location: "here",
  incident: { fire: { bad: 1, of: 1 }, resolveAfter: 1, remindMs: 14_400_000 },
};

export function deliveryFingerprint(receiver: string): string {
  return fingerprintOf(self, { subject: subjectOf(receiver) });
}

/**
 * What an ended delivery makes of the incident "delivery to this receiver". The other receivers are told, so that an
 * alert that nobody got is not silence: I4's last resort. `before` is the incident of `deliveryFingerprint`.
 */
export function afterDelivery(
  before: Incident | undefined,
  ended: EndedDelivery,
  receivers: readonly string[],
): Aftermath {
  const { nowMs, receiver, evidence } = ended;
  // Deliveries end one after the other, whatever the clock says of them.
  const slotMs = Math.max(nowMs, (before?.lastSlotMs ?? 0) + 1);
  const context = { probe: self, slotMs, nowMs, evidence, lastGoodSlotMs: undefined };
  const { incident, transition } = reduce(before, rulingOf(ended), context);
  if (incident === undefined || incident === before) return nothingFollows;
  if (transition === undefined) return { ...nothingFollows, incidents: [incident] };
  return tell(
    incident,
    transition,
    receivers.filter((name) => name !== receiver),
  );
}

function rulingOf({ receiver, outcome, attempts }: EndedDelivery): Ruling {
  const subject = subjectOf(receiver);
  if (outcome.kind === "delivered") return { subject, outcome: "good" };
  const finding = {
    kind: "monitor",
    severity: "breaking",
    subject: subject.label,
    expected: "delivered",
    observed: whyNot(outcome, attempts),
  } as const;
  return { subject, outcome: "bad", findings: [finding] };
}

function subjectOf(receiver: string): Ruling["subject"] {
  return { kind: "monitor", series: `delivery/${receiver}`, label: `delivery to ${receiver}` };
}

function whyNot(outcome: Exclude<DeliveryOutcome, { kind: "delivered" }>, attempts: number): string {
  switch (outcome.kind) {
    case "failed":
      return `given up after ${attempts} attempts: ${outcome.reason}`;
    case "gone":
      return "disabled: it answered 410 Gone";
    case "refused":
      return `can't be sent: ${outcome.reason}`;
    default:
      return outcome satisfies never;
  }
}
