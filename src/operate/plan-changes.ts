import { incidentId } from "../incident/incident.ts";
import { plannedChange } from "../judgement/drift/baseline/new-normal.ts";
import type { Probe } from "../probe/probe.ts";
import type { PlannedChange } from "../run/planned.ts";
import type { Clock } from "../std/clock.ts";
import type { AuditEntry } from "./audit-log.ts";
import { isAboutSeries } from "../incident/reduce.ts";
import { type SeriesChange, type SeriesChangeStore } from "./incident-feedback.ts";
import type { IncidentStore } from "./manage-incidents.ts";
import { type Refused, refused } from "./operation.ts";
import type { NewPlan, PlannedView } from "./plans.ts";

/** Each change keeps its audit entry in the same transaction. */
export interface PlannedStore {
  /** Planned changes that begin after that time, the next first. */
  planned(fromMs: number): Promise<readonly PlannedChange[]>;
  plan(change: PlannedChange, entry: AuditEntry): Promise<void>;
  /** False when no future change has this id. */
  unplan(id: string, entry: AuditEntry): Promise<boolean>;
}

type Planned = PlannedView & { readonly kind: "done" };

/** Changes that people make themselves, announced. */
export interface Plans {
  create(wanted: NewPlan, by: string): Promise<Planned | Refused>;
  /** Those in the future. */
  list(): Promise<readonly PlannedChange[]>;
  /** Undefined: no future change has this id. */
  cancel(id: string, by: string): Promise<{ readonly cancelled: true } | undefined>;
}

interface PlanWorld {
  readonly store: PlannedStore & SeriesChangeStore & Pick<IncidentStore, "incidents">;
  readonly clock: Clock;
  readonly freshId: (kind: "plan") => string;
  readonly probes: readonly Probe[];
  readonly resolve: (incidentId: string, by: string, why: string) => Promise<unknown>;
}

const mostIncidents = 500;
const longestBackMs = 14 * 86_400_000;
const longestAheadMs = 366 * 86_400_000;

export function createPlans(world: PlanWorld): Plans {
  const { store, clock, freshId, probes } = world;
  return {
    async create({ target, probe: named, startsAtMs, why }, by) {
      const nowMs = clock.nowMs();
      const atMs = startsAtMs ?? nowMs;
      const those = named === undefined ? probes.filter((it) => it.target.name === target) : probesNamed(probes, named);
      if (those.length === 0) return refused(nobodyIs(probes, named, target));
      if (named !== undefined && those.length > 1) {
        return refused(`${named} runs at several locations: name one, such as ${those[0]?.id ?? ""}`);
      }
      if (nowMs - atMs > longestBackMs) return refused("the time is more than two weeks ago: omit it to start now");
      if (atMs - nowMs > longestAheadMs) return refused("the time is more than a year in the future: check the year");
      const which = named === undefined ? { target } : { probeId: those[0]?.id };
      const change: PlannedChange = { id: freshId("plan"), ...which, startsAtMs: atMs, by, why };
      const entry: AuditEntry = { by, what: "plan-change", subject: change.probeId ?? target ?? "", why, atMs: nowMs };
      if (atMs > nowMs) {
        const same = (await store.planned(nowMs)).find((one) => isSamePlan(one, change));
        if (same !== undefined)
          return refused(`the same change is already planned: ${same.id}, by ${same.by}: ${same.why}`);
        await store.plan(change, entry);
        return { kind: "done", change, isAhead: true, series: [], incidents: [] };
      }
      return beginNow(world, those, change, entry);
    },

    list: () => store.planned(clock.nowMs()),

    async cancel(id, by) {
      const why = "no longer planned";
      const entry: AuditEntry = { by, what: "cancel-plan", subject: id, why, atMs: clock.nowMs() };
      return (await store.unplan(id, entry)) ? { cancelled: true } : undefined;
    },
  };
}

/** Every series of these probes begins anew, and the incidents about them are over. */
async function beginNow(
  { store, resolve }: PlanWorld,
  those: readonly Probe[],
  change: PlannedChange,
  entry: AuditEntry,
): Promise<Planned> {
  const why = `planned change: ${change.why}`;
  const changed = new Map<string, Set<string>>();
  for (const { id } of those) {
    const normal: SeriesChange = { state: plannedChange.state, baseline: plannedChange };
    const ids = await store.changeSeries(id, { ...entry, why }, (memory) =>
      memory.baseline === undefined && memory.state === null ? undefined : normal,
    );
    changed.set(id, new Set(ids));
  }
  const over = (await store.incidents(false, mostIncidents)).filter(({ probeId, ...rest }) =>
    [...(changed.get(probeId) ?? [])].some((id) => isAboutSeries({ probeId, ...rest }, id)),
  );
  for (const incident of over) await resolve(incidentId(incident), change.by, why);
  const series = [...changed.values()].flatMap((ids) => [...ids]);
  return { kind: "done", change, isAhead: false, series, incidents: over.map(incidentId) };
}

function probesNamed(probes: readonly Probe[], named: string): readonly Probe[] {
  const exact = probes.filter(({ id }) => id === named);
  return exact.length > 0 ? exact : probes.filter(({ name }) => name === named);
}

function isSamePlan(one: PlannedChange, other: PlannedChange): boolean {
  return one.startsAtMs === other.startsAtMs && one.target === other.target && one.probeId === other.probeId;
}

const mostNamed = 10;

function nobodyIs(probes: readonly Probe[], named: string | undefined, target: string | undefined): string {
  const all = [...new Set(probes.map((probe) => (named === undefined ? probe.target.name : probe.id)))];
  const some = all.slice(0, mostNamed).join(", ");
  const there = all.length === 0 ? "" : `; there is ${some}${all.length > mostNamed ? " and others" : ""}`;
  return `no probe of the configuration ${named === undefined ? `asks a target ${target}` : `is ${named}`}${there}`;
}
