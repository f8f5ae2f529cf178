import { isDeepStrictEqual } from "node:util";
import type { SeriesMemory } from "../baseline/baseline.ts";
import { type Incident, incidentId, whyNotOne } from "../incident/incident.ts";
import { fingerprintOfSeries } from "../incident/reduce.ts";
import {
  excludeBetween,
  isMarkedFalsePositive,
  markFalsePositive,
  feedbackIn,
  plannedChange,
} from "../judgement/drift/baseline/new-normal.ts";
import { feedbackText, type FalsePositiveFeedback } from "../judgement/drift/level/false-positives.ts";
import { isStillCounted } from "../judgement/drift/baseline/still-counted.ts";
import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import type { Json } from "../std/json.ts";
import type { BaselineStore } from "./baselines.ts";
import type { AuditEntry, ControlStore } from "./control.ts";
import type { PlannedChange } from "../run/planned.ts";

/** Planned changes, and what else these acts ask of the store. Each writes its act in the same transaction. */
export interface PlannedStore {
  /** Those that begin after that time, the next first. */
  planned(fromMs: number): Promise<readonly PlannedChange[]>;
  plan(change: PlannedChange, act: AuditEntry): Promise<void>;
  /** False when there is none of that id to come. */
  unplan(id: string, act: AuditEntry): Promise<boolean>;
}

/** What an act makes of one series: its state, and another baseline where it needs one. */
export interface SeriesChange {
  readonly state: Json;
  readonly baseline?: { readonly learned: Json; readonly n: number } | undefined;
}

export interface SeriesChangeStore {
  /**
   * Lets `change` see the newest of each series of the probe, in one transaction with its runs kept waiting, and writes
   * what it returns; undefined writes nothing. Gives the ids of the series that were changed.
   */
  changeSeries(
    probeId: string,
    act: AuditEntry,
    change: (memory: SeriesMemory) => SeriesChange | undefined,
  ): Promise<readonly string[]>;
}

export type Refused = { readonly kind: "refused"; readonly reason: string };

export interface Exclusion {
  readonly kind: "done";
  readonly fromMs: number;
  readonly toMs: number;
  /** Series of which something was taken out, and those of them whose baseline was learned again without it. */
  readonly series: readonly string[];
  readonly learnedAgain: readonly string[];
  /** Names of error rates and counts of tokens that keep the runs of that time they have counted. */
  readonly stillCounted: readonly string[];
  /** It goes on: what comes yet is not taken out. */
  readonly isOpen: boolean;
}

export interface Marked extends FalsePositiveFeedback {
  readonly kind: "done";
  readonly seriesId: string;
  readonly text: string;
}

export interface Planned {
  readonly kind: "done";
  readonly change: PlannedChange;
  /** It is still to come. */
  readonly isAhead: boolean;
  /** Series that begin anew at once; none when it is still to come. */
  readonly series: readonly string[];
  /** Incidents about them that this has ended. */
  readonly incidents: readonly string[];
}

export interface NewPlan {
  readonly target?: string | undefined;
  /** A probe's id, or its name when it has one place only. */
  readonly probe?: string | undefined;
  /** Now when left out. */
  readonly startsAtMs?: number | undefined;
  readonly why: string;
}

/** What people say of moves that the judges cannot know. Undefined: there is no such incident. */
export interface SeriesFeedback {
  /** It was real: nothing of its time is learned from, by any series of its probe. */
  exclude(incidentId: string, by: string, why: string): Promise<Exclusion | Refused | undefined>;
  /** Its page was a false positive: two within 90 days make the margin of its series wider by half. */
  noise(incidentId: string, by: string, why: string): Promise<Marked | Refused | undefined>;
  plan(wanted: NewPlan, by: string): Promise<Planned | Refused>;
  /** Those that are still to come. */
  planned(): Promise<readonly PlannedChange[]>;
  unplan(id: string, by: string): Promise<boolean>;
}

interface SeriesFeedbackWorld {
  readonly book: PlannedStore &
    SeriesChangeStore &
    Pick<BaselineStore, "series"> &
    Pick<ControlStore, "history" | "incidents">;
  readonly clock: Clock;
  readonly freshId: (kind: "plan") => string;
  readonly probes: readonly Probe[];
  readonly resolve: (incidentId: string, by: string, why: string) => Promise<unknown>;
}

const fewestSamples = 60;
const mostIncidents = 500;
const longestBackMs = 14 * 86_400_000;
const longestAheadMs = 366 * 86_400_000;

export function createSeriesFeedback({ book, clock, freshId, probes, resolve }: SeriesFeedbackWorld): SeriesFeedback {
  return {
    async exclude(id, by, why) {
      const incident = (await book.history(id))?.incident;
      if (incident === undefined) return undefined;
      const others = whyNotOne(incident);
      if (others !== undefined) return refused(others);
      const isOpen = incident.state !== "resolved";
      const nowMs = clock.nowMs();
      const [fromMs, toMs] = [incident.firstBadSlotMs, isOpen ? nowMs : (incident.lastBadSlotMs ?? nowMs)];
      const learnedAgain: string[] = [];
      const stillCounted: string[] = [];
      let isLearning = false;
      const act: AuditEntry = { by, what: "exclude-incident", subject: id, why, atMs: nowMs };
      const series = await book.changeSeries(incident.probeId, act, (memory) => {
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
    },

    async noise(id, by, why) {
      const incident = (await book.history(id))?.incident;
      if (incident === undefined) return undefined;
      const others = whyNotOne(incident);
      if (others !== undefined) return refused(others);
      const pagedAtMs = incident.openedAtMs;
      if (pagedAtMs === undefined) return refused("nobody was told of it");
      const nowMs = clock.nowMs();
      let marked: FalsePositiveFeedback | undefined;
      let wasMarked = false;
      const act: AuditEntry = { by, what: "mark-noise", subject: id, why, atMs: nowMs };
      const [seriesId] = await book.changeSeries(incident.probeId, act, (memory) => {
        if (!isAboutSeries(incident, memory.series.id)) return undefined;
        wasMarked = isMarkedFalsePositive(memory, pagedAtMs);
        if (wasMarked) return undefined;
        const state = markFalsePositive(memory, pagedAtMs);
        marked = state === undefined ? undefined : feedbackIn({ state }, nowMs);
        return state === undefined ? undefined : { state };
      });
      if (wasMarked) return refused("its page is called noise already, and counts once");
      if (seriesId === undefined || marked === undefined) {
        return refused("it is not about a series that is measured against a baseline: it has no margin to widen");
      }
      const said: FalsePositiveFeedback = marked;
      return { kind: "done", ...said, seriesId, text: feedbackText(said) ?? "it is too long ago to count" };
    },

    async plan({ target, probe: named, startsAtMs, why }, by) {
      const nowMs = clock.nowMs();
      const atMs = startsAtMs ?? nowMs;
      const those = named === undefined ? probes.filter((it) => it.target.name === target) : probesNamed(probes, named);
      if (those.length === 0) return refused(nobodyIs(probes, named, target));
      if (named !== undefined && those.length > 1) {
        return refused(`${named} runs at several locations: name one, such as ${those[0]?.id ?? ""}`);
      }
      if (nowMs - atMs > longestBackMs)
        return refused("that is more than two weeks ago: leave the time out to begin now");
      if (atMs - nowMs > longestAheadMs) return refused("that is more than a year ahead: is it the right year?");
      const which = named === undefined ? { target } : { probeId: those[0]?.id };
      const change: PlannedChange = { id: freshId("plan"), ...which, startsAtMs: atMs, by, why };
      const act: AuditEntry = { by, what: "plan-change", subject: change.probeId ?? target ?? "", why, atMs: nowMs };
      if (atMs > nowMs) {
        const same = (await book.planned(nowMs)).find((one) => isSamePlan(one, change));
        if (same !== undefined) return refused(`that is planned already: ${same.id}, by ${same.by}: ${same.why}`);
        await book.plan(change, act);
        return { kind: "done", change, isAhead: true, series: [], incidents: [] };
      }
      const changed = new Map<string, Set<string>>();
      for (const { id } of those) {
        const normal: SeriesChange = { state: plannedChange.state, baseline: plannedChange };
        const ids = await book.changeSeries(id, { ...act, why: `planned change: ${why}` }, (memory) =>
          memory.baseline === undefined && memory.state === null ? undefined : normal,
        );
        changed.set(id, new Set(ids));
      }
      const over = (await book.incidents(false, mostIncidents)).filter(({ probeId, ...rest }) =>
        [...(changed.get(probeId) ?? [])].some((id) => isAboutSeries({ probeId, ...rest }, id)),
      );
      for (const incident of over) await resolve(incidentId(incident), by, `planned change: ${why}`);
      const series = [...changed.values()].flatMap((ids) => [...ids]);
      return { kind: "done", change, isAhead: false, series, incidents: over.map(incidentId) };
    },

    planned: () => book.planned(clock.nowMs()),

    unplan: (id, by) =>
      book.unplan(id, { by, what: "cancel-plan", subject: id, why: "no longer planned", atMs: clock.nowMs() }),
  };
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

/** As it is stored: what is undefined is not there. */
function isSame(state: Json, before: Json): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(state)), before);
}

function isAboutSeries(incident: Incident, seriesId: string): boolean {
  return fingerprintOfSeries(incident, seriesId) === incident.fingerprint;
}

function refused(reason: string): Refused {
  return { kind: "refused", reason };
}
