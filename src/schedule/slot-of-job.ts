import { createHmac } from "node:crypto";
import { z } from "zod";
import { mostInBatch } from "./batch.ts";
import type { SlotJob, TakenSlot } from "./queue.ts";

const idPattern = /^(slots|once)\|[0-9a-f]{16}$/;
const slotData = z.tuple([z.string().min(1).max(300), z.int().min(0).max(8.64e15)]);
const batchData = z.object({ slots: z.array(slotData).min(1).max(mostInBatch) });
const deliveryData = z.object({ outboxId: z.string().min(1).max(300) });

/** What the job of some slots carries: names and times. */
export function dataOf(slots: readonly SlotJob[]): { readonly slots: readonly (readonly [string, number])[] } {
  return { slots: slots.map(({ probeId, slotMs }) => [probeId, slotMs]) };
}

/** Names the job of these slots: there is one for each `attempt` to hand them out. BullMQ allows no colon in it. */
export function jobIdOf(slots: readonly SlotJob[], origin: TakenSlot["origin"], secret: string, attempt = 0): string {
  const kind = origin === "schedule" ? "slots" : "once";
  return `${kind}|${signatureOf(JSON.stringify([kind, dataOf(slots), attempt]), secret)}`;
}

/** A name that nobody can guess without the secret. */
export function signed(name: string, secret: string): string {
  return `${name}|${signatureOf(name, secret)}`;
}

/**
 * BullMQ adds no job whose name is taken: a forged job under the name of a coming one would stand in its way, could
 * somebody guess that.
 */
function signatureOf(text: string, secret: string): string {
  return createHmac("sha256", secret).update(text).digest("hex").slice(0, 16);
}

/**
 * The slots a job stands for; undefined for a job that neither a schedule nor a person has made. Whoever can write to the
 * queue can write jobs: what is in them is checked against the schedules.
 */
export function slotsOfJob(id: string | undefined, data: unknown): readonly TakenSlot[] | undefined {
  const kind = idPattern.exec(id ?? "")?.[1];
  const slots = batchData.safeParse(data).data?.slots;
  if (kind === undefined || slots === undefined) return undefined;
  const origin = kind === "slots" ? "schedule" : "asked";
  return slots.map(([probeId, slotMs]) => ({ probeId, slotMs, origin }));
}

/** The outbox entry that a delivery job asks for; undefined for anything else. */
export function outboxIdOfJob(data: unknown): string | undefined {
  return deliveryData.safeParse(data).data?.outboxId;
}
