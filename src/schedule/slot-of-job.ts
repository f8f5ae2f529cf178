import { z } from "zod";
import type { SlotJob, TakenSlot } from "./queue.ts";

const idPattern = /^(?:slot\|(.+)|once\|(.+))\|(\d{1,15})$/;
const slotData = z.object({ probeId: z.string().min(1).max(300) });
const deliveryData = z.object({ outboxId: z.string().min(1).max(300) });

/** Names the job of a slot: there is one for each. BullMQ allows no colon in it. */
export function jobIdOf({ probeId, slotMs }: SlotJob, origin: TakenSlot["origin"]): string {
  return `${origin === "schedule" ? "slot" : "once"}|${probeId}|${slotMs}`;
}

/**
 * The slot a job stands for; undefined for a job that neither a schedule nor a person has made. Whoever can
 * write to the queue can write jobs: the id must be that of the probe's own, and the slot a time.
 */
export function slotOfJob(id: string | undefined, data: unknown): TakenSlot | undefined {
  const [, scheduled, asked, slot] = idPattern.exec(id ?? "") ?? [];
  const probeId = slotData.safeParse(data).data?.probeId;
  if (probeId === undefined || probeId !== (scheduled ?? asked)) return undefined;
  return { probeId, slotMs: Number(slot), origin: asked === undefined ? "schedule" : "asked" };
}

/** The outbox entry that a delivery job asks for; undefined for anything else. */
export function outboxIdOfJob(data: unknown): string | undefined {
  return deliveryData.safeParse(data).data?.outboxId;
}
