import { z } from "zod";
import type { Clock } from "../std/clock.ts";
import type { AuditEntry } from "./audit-log.ts";
import { at, name } from "./fields.ts";
import { type Operation, type Plain, type Refused, refused, subjectOf } from "./operation.ts";

export const deliveryState = z.enum(["pending", "delivered", "failed", "superseded"]);

export const delivery = z
  .object({
    id: name.describe("id of the delivery: the webhook-id of every attempt"),
    incidentId: name.describe("id of the reported incident"),
    sequence: z.number().describe("number of the transition of the incident, counted from 1"),
    receiver: z.string().describe("name of the receiver"),
    summary: z.string().describe("the alert in one line"),
    state: deliveryState.describe("state of the delivery; superseded: another message reports the same"),
    attempts: z.number().describe("number of attempts"),
    createdAtMs: at("when it was first due"),
    dueAtMs: at("when the next attempt is due"),
    lastOutcome: z
      .looseObject({
        kind: z.enum(["delivered", "failed", "gone", "refused"]).describe("the receiver's answer"),
        reason: z.string().optional().describe("why it was not delivered"),
      })
      .optional()
      .describe("outcome of the newest attempt"),
  })
  .meta({ id: "Delivery" });

export type DeliveryView = Plain<z.output<typeof delivery>>;
export type DeliveryState = DeliveryView["state"];

const subject = subjectOf("delivery", "the id of the delivery");

export const listDeliveries = {
  method: "GET",
  path: "/deliveries",
  summary: "list deliveries by state, newest first",
  scope: "read",
  query: z.object({ state: deliveryState.default("failed").describe("only deliveries in this state") }),
  answer: z.array(delivery),
} as const satisfies Operation;

export const retryDelivery = {
  method: "POST",
  path: "/deliveries/{id}/retry",
  summary: "retry a failed delivery, under its old id",
  scope: "write",
  subject,
  conflicts: true,
  answer: z.object({ retried: z.literal(true).describe("Plumbline will try again") }),
} as const satisfies Operation;

export interface DeliveryStore {
  /** Newest first. */
  deliveries(state: DeliveryState, limit: number): Promise<readonly DeliveryView[]>;
  /**
   * Makes a failed delivery due again, under its old id. False when there is none, or when the receiver already has a
   * newer state of the same incident, which the old message would contradict.
   */
  retryDelivery(id: string, entry: AuditEntry): Promise<boolean>;
}

export interface Deliveries {
  list(state: DeliveryState): Promise<readonly DeliveryView[]>;
  retry(id: string, by: string): Promise<{ readonly retried: true } | Refused>;
}

interface DeliveryWorld {
  readonly store: DeliveryStore;
  readonly clock: Clock;
  readonly nudge: () => void;
}

const mostListed = 500;

export function createDeliveries({ store, clock, nudge }: DeliveryWorld): Deliveries {
  return {
    list: (state) => store.deliveries(state, mostListed),
    async retry(id, by) {
      const why = "asked for";
      const isRetried = await store.retryDelivery(id, {
        by,
        what: "retry-delivery",
        subject: id,
        why,
        atMs: clock.nowMs(),
      });
      nudge();
      return isRetried
        ? { retried: true }
        : refused("no failed delivery has this id, or its receiver already has a newer state of the incident");
    },
  };
}
