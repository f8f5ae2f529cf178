import { minuteMs } from "../std/duration.ts";
import type { TakenSlot } from "./queue.ts";
import type { Timetable } from "./timetable.ts";

/** Slots that somebody asked for beside the schedule, kept in the store: the queue alone is not believed. */
export interface AskedSlots {
  /** To be called before the slot is added to the queue. */
  askFor(probeId: string, slotMs: number): Promise<void>;
  wasAskedFor(probeId: string, slotMs: number): Promise<boolean>;
}

/** Questions to other probes about an incident. Who was asked lately, by any process, is not asked again. */
export interface NeighbourStore {
  /** Asks for one slot of the first of these probes that rest neither by hand nor after a question; returns who was asked. */
  askNeighbours(
    probeIds: readonly string[],
    question: { readonly most: number; readonly slotMs: number; readonly fingerprints: readonly string[] },
  ): Promise<readonly string[]>;
  /** Notes that a slot was run; returns the incidents that nobody has to answer for any more. */
  answer(probeId: string, slotMs: number, nowMs: number): Promise<readonly string[]>;
  /** Alerts about these incidents wait for neighbours no longer; whether there were any. */
  releaseAlerts(fingerprints: readonly string[], nowMs: number): Promise<boolean>;
}

export const refusals = ["not-on-schedule", "not-due", "over", "not-asked-for"] as const;
/** Why a job of the queue is ignored. */
export type SlotRefusal = (typeof refusals)[number];

/** Clocks of two machines differ by less. */
const toleranceMs = 5_000;
/** By then the elected process has recorded a slot that no worker took. */
const overAfterMs = 10 * minuteMs;

/**
 * Whoever can write to the queue can forge jobs. A slot runs only if it is on the schedule of its probe and due, or was
 * asked for in the store. An ignored job leaves no row, so that the slot itself still runs when it is due.
 */
export async function refusalOf(
  { probeId, slotMs, origin }: TakenSlot,
  timetable: Pick<Timetable, "has">,
  asked: Pick<AskedSlots, "wasAskedFor">,
  nowMs: number,
): Promise<SlotRefusal | undefined> {
  if (slotMs > nowMs + toleranceMs) return "not-due";
  if (origin === "asked") return (await asked.wasAskedFor(probeId, slotMs)) ? undefined : "not-asked-for";
  if (slotMs < nowMs - overAfterMs) return "over";
  return (await timetable.has({ probeId, slotMs })) ? undefined : "not-on-schedule";
}
