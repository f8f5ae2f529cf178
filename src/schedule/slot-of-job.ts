import { createHmac } from "node:crypto";
import { z } from "zod";
import type { SlotJob, TakenSlot } from "./queue.ts";

/** The signature has more digits than a time: neither is taken for the other. */
const idPattern = /^(?:slot\|(.+)|once\|(.+))\|(\d{1,15})(?:\|[0-9a-f]{16})?$/;
const slotData = z.object({ probeId: z.string().min(1).max(300) });
const deliveryData = z.object({ outboxId: z.string().min(1).max(300) });

/** Names the job of a slot: there is one for each. BullMQ allows no colon in it. */
export function jobIdOf({ probeId, slotMs }: SlotJob, origin: TakenSlot["origin"], secret: string): string {
  return signed(`${origin === "schedule" ? "slot" : "once"}|${probeId}|${slotMs}`, secret);
}

/**
 * A name that nobody can guess without the secret. BullMQ adds no job whose name is taken: a forged job under the name of
 * a coming one would stand in its way.
 */
export function signed(name: string, secret: string): string {
  return `${name}|${createHmac("sha256", secret).update(name).digest("hex").slice(0, 16)}`;
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
