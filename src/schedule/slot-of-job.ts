import { z } from "zod";
import type { SlotJob } from "./queue.ts";

const idPattern = /^repeat:(.+):(\d{1,16})$/;
const dataSchema = z.object({ probeId: z.string().min(1).max(300) });

/** The slot a scheduler's job stands for; undefined for a job that no scheduler of ours has made. */
export function slotOfJob(id: string | undefined, data: unknown): SlotJob | undefined {
  const slot = idPattern.exec(id ?? "")?.[2];
  const parsed = dataSchema.safeParse(data);
  return slot === undefined || !parsed.success ? undefined : { probeId: parsed.data.probeId, slotMs: Number(slot) };
}
