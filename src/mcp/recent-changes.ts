import { listBaselines } from "../operate/baselines.ts";
import { listIncidents } from "../operate/incidents.ts";
import { listProbes } from "../operate/probes.ts";
import type { NoAnswer, ToolWorld } from "./ask-service.ts";

const mostIncidents = 1000;
const mostShown = 100;
const dayMs = 86_400_000;

/** What began and what was accepted in the last days, for one target or model or for all of them. */
export async function recentChanges(
  { ask, nowMs }: ToolWorld,
  { about, days }: { readonly about?: string | undefined; readonly days: number },
): Promise<{ readonly data: unknown } | NoAnswer> {
  const [incidents, baselines, probes] = await Promise.all([
    ask(listIncidents, { query: { state: "all", limit: mostIncidents } }),
    ask(listBaselines, {}),
    ask(listProbes, {}),
  ]);
  if ("problem" in incidents) return incidents;
  if ("problem" in baselines) return baselines;
  if ("problem" in probes) return probes;

  const sinceMs = nowMs() - days * dayMs;
  const isMeant = (...names: readonly string[]): boolean =>
    about === undefined || names.some((name) => name.toLowerCase().includes(about.toLowerCase()));
  const meant = new Set(probes.data.filter(({ target, model }) => isMeant(target, model)).map(({ id }) => id));
  const began = incidents.data.filter(
    ({ target, model, firstBadSlotMs, group }) =>
      firstBadSlotMs >= sinceMs && isMeant(target, model, ...(group?.members ?? [])),
  );
  const accepted = baselines.data.filter(
    ({ series, baseline }) =>
      baseline !== undefined && baseline.acceptedAtMs >= sinceMs && (about === undefined || meant.has(series.probeId)),
  );
  return {
    data: {
      since: new Date(sinceMs).toISOString(),
      incidents: began.slice(0, mostShown),
      moreIncidents: Math.max(0, began.length - mostShown),
      newBaselines: accepted.slice(0, mostShown),
      moreNewBaselines: Math.max(0, accepted.length - mostShown),
      // The list of incidents has an end; before it there may be more.
      isComplete: incidents.data.length < mostIncidents,
    },
  };
}
