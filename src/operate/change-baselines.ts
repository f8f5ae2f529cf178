import type { Baseline, SeriesMemory } from "../baseline/baseline.ts";
import { type Incident, incidentId, whyNotOne } from "../incident/incident.ts";
import { isAboutSeries } from "../incident/reduce.ts";
import { acceptAsNormal } from "../judgement/contract/accept-as-normal.ts";
import { isBaselineOf } from "../judgement/drift/baseline/describe-baseline.ts";
import type { NewNormal } from "../judgement/drift/baseline/new-normal.ts";
import type { Clock } from "../std/clock.ts";
import type { AuditEntry } from "./audit-log.ts";
import type { BaselineFile, SeriesView } from "./baselines.ts";
import type { IncidentStore } from "./manage-incidents.ts";
import { type Refused, refused } from "./operation.ts";
import { type BaselineStore, namesOf, seriesById } from "./read-baselines.ts";

/** The series as it is after the change. */
export interface BaselineChanged {
  readonly kind: "done";
  readonly series: SeriesView;
}

type Change = Promise<BaselineChanged | Refused | undefined>;

/** Undefined: there is no such series or incident. */
export interface BaselineChanges {
  /** Accepts what an incident found as normal, from what is stored of its runs; sends nothing. */
  accept(incidentId: string, by: string, why: string): Change;
  /** Goes back, as a new version: to the given one, or to what was normal before. */
  reject(seriesId: string, by: string, why: string, to?: number): Change;
  imported(seriesId: string, file: BaselineFile, by: string, why: string): Change;
}

interface BaselineChangesWorld {
  readonly store: BaselineStore & Pick<IncidentStore, "history">;
  readonly clock: Clock;
  /** Ends the incident that was accepted. */
  readonly resolve: (incidentId: string, by: string, why: string) => Promise<unknown>;
}

export function createBaselineChanges({ store, clock, resolve }: BaselineChangesWorld): BaselineChanges {
  const change = async (
    seriesId: string,
    normal: NewNormal,
    entry: Pick<AuditEntry, "what" | "by" | "why">,
  ): Promise<BaselineChanged | Refused> => {
    await store.addBaseline(seriesId, normal, { ...entry, subject: seriesId, atMs: clock.nowMs() });
    const series = await seriesById(store, seriesId);
    return series === undefined ? refused("the series no longer exists") : { kind: "done", series };
  };

  return {
    async accept(id, by, why) {
      const known = await store.history(id);
      if (known === undefined) return undefined;
      const { incident } = known;
      const candidate = await candidateOf(store, incident);
      if ("kind" in candidate) return candidate;
      const { memory, normal } = candidate;
      const result = await change(memory.series.id, normal, { what: "accept-baseline", by, why });
      await resolve(incidentId(incident), by, `accepted as the new normal: ${why}`);
      return result;
    },

    async reject(seriesId, by, why, to) {
      if ((await seriesById(store, seriesId)) === undefined) return undefined;
      const versions = await store.versions(seriesId);
      const before = to === undefined ? versionBefore(versions) : versions.find(({ version }) => version === to);
      if (before === undefined) return refused(`there is no version to go back to: ${namesOf(versions)}`);
      const text = `back to version ${before.version}: ${why}`;
      return change(seriesId, before, { what: "reject-baseline", by, why: text });
    },

    async imported(seriesId, { aspect, label, n, learned, version }, by, why) {
      const found = await seriesById(store, seriesId);
      if (found === undefined) return undefined;
      const { series } = found;
      if (series.aspect !== aspect || series.label !== label) {
        return refused(`the file is for ${aspect}, ${label}, but the series is ${series.aspect}, ${series.label}`);
      }
      if (!isBaselineOf(series.aspect, learned)) {
        return refused(`this version of Plumbline can't read the ${aspect} baseline in the file: export it again`);
      }
      const text = `from a file of version ${version}: ${why}`;
      return change(seriesId, { learned, n }, { what: "import-baseline", by, why: text });
    },
  };
}

/** The series that an incident is about, and what would be its new normal. */
export interface Candidate {
  readonly memory: SeriesMemory;
  readonly normal: NewNormal;
}

/** What accepting the incident would make normal, or why it can't be accepted. Changes nothing. */
export async function candidateOf(store: BaselineStore, incident: Incident): Promise<Candidate | Refused> {
  if (incident.state !== "open" && incident.state !== "acknowledged")
    return refused(`the incident is ${incident.state}`);
  const others = whyNotOne(incident);
  if (others !== undefined) return refused(others);
  const memory = (await store.series(incident.probeId)).find(({ series }) => isAboutSeries(incident, series.id));
  if (memory === undefined)
    return refused("the incident is about a fixed rule, not a baseline: change the configuration");
  const evidence = await store.observationsOf(incident.evidence.map(({ runId }) => runId));
  const normal = acceptAsNormal(memory, incident.findings, evidence);
  if (normal.learned !== null && evidence.length === 0) return refused("the runs of the incident have been deleted");
  return { memory, normal };
}

/** What went back before is what it went back to: going back once more goes further, and never forward again. */
function versionBefore(versions: readonly Baseline[]): Baseline | undefined {
  const learnedOf = ({ learned }: Baseline): string => JSON.stringify(learned);
  const newest = versions.at(-1);
  const origin = versions.findIndex((one) => newest !== undefined && learnedOf(one) === learnedOf(newest));
  return versions.slice(0, Math.max(0, origin)).findLast(({ learned }) => learned !== null);
}
