import type { Probe } from "./probe.ts";

/** One due time of one probe, with the names under which its run is kept. */
export interface Slot {
  readonly probeId: string;
  /** Unix milliseconds. */
  readonly slotMs: number;
  readonly location: string;
  readonly target: string;
  readonly model: string;
  readonly scenario: string;
}

export function slotOf({ id, location, target, scenario }: Probe, slotMs: number): Slot {
  return { probeId: id, slotMs, location, target: target.name, model: target.model, scenario: scenario.name };
}

/** How late a slot may start before it says nothing about its time any more. */
export function toleranceMs({ cadence }: Pick<Probe, "cadence">): number {
  return cadence.kind === "every" ? Math.max(cadence.everyMs, shortestToleranceMs) : cronToleranceMs;
}

/** A fast schedule must tolerate the lag of the queue, some hundred milliseconds. */
const shortestToleranceMs = 5_000;
const cronToleranceMs = 300_000;
