import { mayHaveEnded } from "../incident/partial.ts";
import type { Incident } from "../incident/incident.ts";
import type { Cadence, Probe } from "../probe/probe.ts";
import type { Decision } from "./world.ts";

/** Long enough for a provider's hiccup to be over, short enough to notify within the minute. */
const afterMs = 10_000;
/** Time shows whether a move lasts, and runs that are further apart resemble each other less. */
const moveAfterMs = 60_000;
/** A probe that runs this often is asked again soon enough by its schedule. */
const soonEnoughMs = 60_000;
/** So many token counts that were never seen before are reported, when the baseline is a day old. */
const strangeTokens = 3;

/**
 * When a probe is worth asking again beside its schedule: something new was seen, or an end, that one run alone can't prove. At
 * most twice for each suspicion of what needs no time to show; of a move, as long as its judge asks. Unix milliseconds.
 */
export function askAgainAt(
  { cadence, incident: { fire } }: Pick<Probe, "cadence" | "incident">,
  incidents: readonly Incident[],
  slotMs: number,
  nowMs: number,
  ask?: Decision["ask"],
): number | undefined {
  if (runsSoon(cadence)) return undefined;
  const isNew =
    ask === "soon" ||
    incidents.some(
      (incident) =>
        incident.notifications?.muted === undefined &&
        ((incident.lastBadSlotMs === slotMs && isUnproven(incident, Math.min(3, fire.bad))) ||
          (incident.lastSlotMs === slotMs && fire.bad > 1 && mayHaveEnded(incident))),
    );
  if (isNew) return nowMs + afterMs;
  return ask === "in-a-minute" ? nowMs + moveAfterMs : undefined;
}

function runsSoon(cadence: Cadence): boolean {
  return cadence.kind === "every" && cadence.everyMs < soonEnoughMs;
}

function isUnproven({ kind, state, severity, badRuns }: Incident, badSlots: number): boolean {
  switch (kind) {
    case "usage":
      return (state === "suspected" || (state === "open" && severity === "informative")) && badRuns < strangeTokens;
    case "contract":
    case "error-shape":
      return state === "suspected" && severity !== "informative" && badRuns < badSlots;
    case "availability":
    case "expectation":
    case "policy":
    case "latency":
    case "budget":
    case "output":
    case "monitor":
      return false;
    default:
      return kind satisfies never;
  }
}
