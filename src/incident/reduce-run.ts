import type { Ruling } from "../judgement/judgement.ts";
import type { Incident, Transition } from "./incident.ts";
import { type ReduceContext, fingerprintOf, reduce } from "./reduce.ts";

/** What all rulings of a run make of the probe's incidents: the changed ones, and what happened to them. */
export function reduceRun(
  incidents: readonly Incident[],
  rulings: readonly Ruling[],
  context: ReduceContext,
): { readonly incidents: readonly Incident[]; readonly transitions: readonly Transition[] } {
  const known = new Map(incidents.map((incident) => [incident.fingerprint, incident]));
  const changed: Incident[] = [];
  const transitions: Transition[] = [];
  for (const ruling of rulings) {
    const before = known.get(fingerprintOf(context.probe, ruling));
    const { incident, transition } = reduce(before, ruling, context);
    if (incident !== undefined && incident !== before) changed.push(incident);
    if (transition !== undefined) transitions.push(transition);
  }
  return { incidents: changed, transitions };
}
