import { isDeepStrictEqual } from "node:util";
import type { SeriesMemory } from "../baseline/baseline.ts";
import { type Incident, whyNotOne } from "../incident/incident.ts";
import { isAboutSeries } from "../incident/reduce.ts";
import { feedbackText, type FalsePositiveFeedback } from "../judgement/drift/level/false-positives.ts";
import {
  excludeBetween,
  isMarkedFalsePositive,
  markFalsePositive,
  feedbackIn,
} from "../judgement/drift/baseline/new-normal.ts";
import { isStillCounted } from "../judgement/drift/baseline/still-counted.ts";
import type { Clock } from "../std/clock.ts";
import type { Json } from "../std/json.ts";
import type { AuditEntry } from "./audit-log.ts";
import type { ExclusionView, NoiseView } from "./incidents.ts";
import type { IncidentStore } from "./manage-incidents.ts";
import { type Refused, refused } from "./operation.ts";

/** The new state of a series, and a new baseline where it needs one. */
export interface SeriesChange {
  readonly state: Json;
  readonly baseline?: { readonly learned: Json; readonly n: number } | undefined;
}

export interface SeriesChangeStore {
  /**
   * Passes the newest state of each series of the probe to `change`, in one transaction that keeps its runs waiting, and
   * writes what it returns; undefined writes nothing. Returns the ids of the changed series.
   */
  changeSeries(
    probeId: string,
    entry: AuditEntry,
    change: (memory: SeriesMemory) => SeriesChange | undefined,
  ): Promise<readonly string[]>;
}

/** What people know of incidents and the judges cannot. Undefined: there is no such incident. */
export interface IncidentFeedback {
  /** It was real: no series of its probe learns from its time. */
  exclude(incidentId: string, by: string, why: string): Promise<Excluded | Refused | undefined>;
  /** A false positive: the second within 90 days widens the margin of its series. */
  noise(incidentId: string, by: string, why: string): Promise<Marked | Refused | undefined>;
}

type Excluded = ExclusionView & { readonly kind: "done" };
type Marked = NoiseView & { readonly kind: "done" };

interface FeedbackWorld {
  readonly store: SeriesChangeStore & Pick<IncidentStore, "history">;
  readonly clock: Clock;
}

const fewestSamples = 60;

export function createIncidentFeedback(world: FeedbackWorld): IncidentFeedback {
  /** The incident, if it is about one series and not about others. */
  const about = async (id: string): Promise<Incident | Refused | undefined> => {
    const incident = (await world.store.history(id))?.incident;
    const others = incident && whyNotOne(incident);
    return others === undefined ? incident : refused(others);
  };
  return {
    async exclude(id, by, why) {
      const incident = await about(id);
      return incident === undefined || !("fingerprint" in incident)
        ? incident
        : exclude(world, incident, { by, what: "exclude-incident", subject: id, why, atMs: world.clock.nowMs() });
    },
    async noise(id, by, why) {
      const incident = await about(id);
      return incident === undefined || !("fingerprint" in incident)
        ? incident
        : mark(world, incident, { by, what: "mark-noise", subject: id, why, atMs: world.clock.nowMs() });
    },
  };
}

async function exclude({ store }: FeedbackWorld, incident: Incident, entry: AuditEntry): Promise<Excluded | Refused> {
  const isOpen = incident.state !== "resolved";
  const [fromMs, toMs] = [incident.firstBadSlotMs, isOpen ? entry.atMs : (incident.lastBadSlotMs ?? entry.atMs)];
  const learnedAgain: string[] = [];
  const stillCounted: string[] = [];
  let isLearning = false;
  const series = await store.changeSeries(incident.probeId, entry, (memory) => {
    if (isStillCounted(memory, fromMs, toMs)) stillCounted.push(memory.series.label);
    const excluded = excludeBetween(memory, fromMs, toMs, fewestSamples);
    if (excluded === undefined) return undefined;
    isLearning = true;
    if (excluded.again === undefined && isSame(excluded.state, memory.state)) return undefined;
    if (excluded.again !== undefined) learnedAgain.push(memory.series.id);
    return { state: excluded.state, baseline: excluded.again };
  });
  if (series.length === 0) {
    return refused(
      isLearning
        ? "nothing is learned from its time: it was taken out already, or never in"
        : `no series of its probe is learning from measured values just now${stillCounted.length === 0 ? "" : `; what ${stillCounted.join(" and ")} counted can't be taken out`}`,
    );
  }
  return { kind: "done", fromMs, toMs, series, learnedAgain, stillCounted, isOpen };
}

async function mark({ store }: FeedbackWorld, incident: Incident, entry: AuditEntry): Promise<Marked | Refused> {
  const pagedAtMs = incident.openedAtMs;
  if (pagedAtMs === undefined) return refused("nobody was notified of the incident");
  let marked: FalsePositiveFeedback | undefined;
  let wasMarked = false;
  const [seriesId] = await store.changeSeries(incident.probeId, entry, (memory) => {
    if (!isAboutSeries(incident, memory.series.id)) return undefined;
    wasMarked = isMarkedFalsePositive(memory, pagedAtMs);
    if (wasMarked) return undefined;
    const state = markFalsePositive(memory, pagedAtMs);
    marked = state === undefined ? undefined : feedbackIn({ state }, entry.atMs);
    return state === undefined ? undefined : { state };
  });
  if (wasMarked) return refused("the incident is already marked as a false positive");
  if (seriesId === undefined || marked === undefined) {
    return refused("the incident is not about a series with a baseline: there is no margin to widen");
  }
  const said: FalsePositiveFeedback = marked;
  return { kind: "done", ...said, seriesId, text: feedbackText(said) ?? "it is too long ago to count" };
}

/** As it is stored: what is undefined is not there. */
function isSame(state: Json, before: Json): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(state)), before);
}
