import type { Probe } from "../probe/probe.ts";
import type { ScheduleEntry } from "./queue.ts";
import { isSameCadence } from "./reconcile.ts";

type Planned = Pick<Probe, "id" | "location" | "cadence">;

/**
 * One entry for each probe. What is known of an unchanged probe is kept, so that adding or removing others never moves it.
 * Others get the smallest free place among the probes of their interval. Cron patterns name their times themselves.
 */
export function plan(probes: readonly Planned[], known: readonly ScheduleEntry[] = []): ScheduleEntry[] {
  const before = new Map(known.map((entry) => [entry.id, entry]));
  const kept = new Map<string, ScheduleEntry>();
  const taken = new Map<number, Set<number>>();
  for (const { id, location, cadence } of probes) {
    const entry = before.get(id);
    if (entry === undefined || entry.location !== location || !isSameCadence(entry.cadence, cadence)) continue;
    kept.set(id, entry);
    if (cadence.kind === "every") placesOf(taken, cadence.everyMs).add(entry.place);
  }
  const free = new Map<number, number>();
  for (const { id, location, cadence } of probes.toSorted((one, other) => (one.id < other.id ? -1 : 1))) {
    if (kept.has(id)) continue;
    if (cadence.kind === "cron") {
      kept.set(id, { id, location, cadence, place: 0, offsetMs: 0 });
      continue;
    }
    const places = placesOf(taken, cadence.everyMs);
    let place = free.get(cadence.everyMs) ?? 0;
    while (places.has(place)) place += 1;
    free.set(cadence.everyMs, place + 1);
    kept.set(id, { id, location, cadence, place, offsetMs: offsetOf(place, cadence.everyMs) });
  }
  return probes.flatMap(({ id }) => kept.get(id) ?? []);
}

const goldenRatio = (Math.sqrt(5) - 1) / 2;

/** In [0, 1). Multiples of the golden ratio leave gaps of at most three sizes, however many there are. */
export function spread(place: number): number {
  return (place * goldenRatio) % 1;
}

/** On a grid, so that slots that are close to each other begin together: they share their transactions. */
export function offsetOf(place: number, everyMs: number): number {
  const gridMs = everyMs < shortMs ? 1 : 100;
  return Math.floor((spread(place) * everyMs) / gridMs) * gridMs;
}

const shortMs = 60_000;

function placesOf(taken: Map<number, Set<number>>, everyMs: number): Set<number> {
  const places = taken.get(everyMs) ?? new Set();
  taken.set(everyMs, places);
  return places;
}
