import type { Evidence, Incident } from "../../incident/incident.ts";
import type { Surroundings } from "../../incident/inhibit.ts";
import type { Effects } from "../effects.ts";
import type { DeliveryOutcome } from "../compose/alert.ts";
import { applySelfReport, type Duty } from "../self-incident.ts";

/** The final outcome of one delivery. */
export interface EndedDelivery {
  readonly receiver: string;
  readonly outcome: DeliveryOutcome;
  readonly attempts: number;
  /** Of the alert that was to be delivered. */
  readonly evidence: Evidence;
  readonly nowMs: number;
}

export function deliveryDuty(receiver: string): Duty {
  return { series: `delivery/${receiver}`, label: `delivery to ${receiver}` };
}

/**
 * Applies an ended delivery to the incident about its receiver. The other receivers are notified, so that a lost alert
 * does not go unnoticed.
 */
export function afterDelivery(
  before: Incident | undefined,
  { receiver, outcome, attempts, evidence, nowMs }: EndedDelivery,
  receivers: readonly string[],
  surroundings?: Surroundings,
): Effects {
  const duty = deliveryDuty(receiver);
  const lost = { subject: duty.label, expected: "delivered" };
  const troubles = outcome.kind === "delivered" ? [] : [{ ...lost, observed: whyNot(outcome, attempts) }];
  const others = receivers.filter((name) => name !== receiver);
  return applySelfReport(before, { duty, troubles, evidence, nowMs }, others, surroundings);
}

function whyNot(outcome: Exclude<DeliveryOutcome, { kind: "delivered" }>, attempts: number): string {
  switch (outcome.kind) {
    case "failed":
      return `given up after ${attempts} attempts: ${outcome.reason}`;
    case "gone":
      return "disabled: the receiver answered 410 Gone";
    case "refused":
      return `can't be sent: ${outcome.reason}`;
    default:
      return outcome satisfies never;
  }
}
