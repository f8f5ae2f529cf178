import type { Incident } from "../incident/incident.ts";
import { muteOf, type Surroundings } from "../incident/mute.ts";
import type { ReduceContext } from "../incident/reduce.ts";
import { reduceRun } from "../incident/reduce-run.ts";
import { remind } from "../incident/remind.ts";
import type { Ruling } from "../judgement/judgement.ts";
import { type Aftermath, nothingFollows } from "./aftermath.ts";
import { tell } from "./tell.ts";

/** What the rulings of one run make of its probe's incidents, and whom that is told. */
export function advance(
  incidents: readonly Incident[],
  rulings: readonly Ruling[],
  context: ReduceContext,
  receivers: readonly string[],
  surroundings: Surroundings,
): Aftermath {
  const { probe, nowMs } = context;
  const { neighbours } = surroundings;
  const reduced = reduceRun(incidents, rulings, context);
  const parts = reduced.incidents.map((incident): Aftermath => {
    const mute = muteOf(incident, surroundings, nowMs);
    const transition = reduced.transitions.find(({ fingerprint }) => fingerprint === incident.fingerprint);
    if (transition !== undefined) return tell(incident, transition, receivers, mute, neighbours);
    const reminder = incident.goodInARow === 0 ? remind(incident, mute, probe.incident, nowMs) : undefined;
    return reminder === undefined
      ? { ...nothingFollows, incidents: [incident] }
      : tell(reminder.incident, reminder.transition, receivers, mute, neighbours);
  });
  return {
    incidents: parts.flatMap((part) => part.incidents),
    transitions: parts.flatMap((part) => part.transitions),
    outbox: parts.flatMap((part) => part.outbox),
  };
}
