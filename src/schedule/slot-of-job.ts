import { z } from "zod";
import type { SlotJob } from "./queue.ts";

const idPattern = /^repeat:(.+):(\d{1,15})$/;
const slotData = z.object({ probeId: z.string().min(1).max(300) });
const deliveryData = z.object({ outboxId: z.string().min(1).max(300) });

/**
 * The slot a scheduler's job stands for; undefined for a job that no scheduler of ours has made. Whoever can write to
 * the queue can write jobs: the id must be that of the probe's own scheduler, and the slot a time.
 */
export function slotOfJob(id: string | undefined, data: unknown): SlotJob | undefined {
  const [, scheduler, slot] = idPattern.exec(id ?? "") ?? [];
  const probeId = slotData.safeParse(data).data?.probeId;
  return probeId === undefined || probeId !== scheduler ? undefined : { probeId, slotMs: Number(slot) };
}

/** The outbox entry that a delivery job asks for; undefined for anything else. */
export function outboxIdOfJob(data: unknown): string | undefined {
  return deliveryData.safeParse(data).data?.outboxId;
}
