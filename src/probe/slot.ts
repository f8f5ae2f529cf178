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
