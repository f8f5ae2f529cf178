import { z } from "zod";
import type { TakenSlot } from "./queue.ts";

const idPattern = /^(?:repeat:(.+):|once\|(.+)\|)(\d{1,15})$/;
const slotData = z.object({ probeId: z.string().min(1).max(300) });
const deliveryData = z.object({ outboxId: z.string().min(1).max(300) });

/** Names the job of a slot that somebody asked for beside the schedule. BullMQ allows no colon in it. */
export function jobIdOf(probeId: string, slotMs: number): string {
  return `once|${probeId}|${slotMs}`;
}

/**
 * The slot a job stands for; undefined for a job that neither a scheduler of ours nor a person has made. Whoever can
 * write to the queue can write jobs: the id must be that of the probe's own, and the slot a time.
 */
export function slotOfJob(id: string | undefined, data: unknown): TakenSlot | undefined {
  const [, scheduler, asked, slot] = idPattern.exec(id ?? "") ?? [];
  const probeId = slotData.safeParse(data).data?.probeId;
  if (probeId === undefined || probeId !== (scheduler ?? asked)) return undefined;
  return { probeId, slotMs: Number(slot), origin: asked === undefined ? "schedule" : "asked" };
}

/** The outbox entry that a delivery job asks for; undefined for anything else. */
export function outboxIdOfJob(data: unknown): string | undefined {
  return deliveryData.safeParse(data).data?.outboxId;
}
