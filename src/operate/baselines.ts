import type { Baseline, SeriesMemory } from "../baseline/baseline.ts";
import type { Fleet } from "../baseline/reading.ts";
import { incidentId, whyNotOne } from "../incident/incident.ts";
import { fingerprintOfSeries } from "../incident/reduce.ts";
import { acceptAsNormal } from "../judgement/contract/accept-as-normal.ts";
import { diffShapes, type ShapeDiff } from "../judgement/contract/diff-shapes.ts";
import { renderDiff } from "../judgement/contract/render-diff.ts";
import { describeBaseline, isBaselineOf } from "../judgement/drift/baseline/describe-baseline.ts";
import { type NewNormal, feedbackIn, recurrencesIn } from "../judgement/drift/baseline/new-normal.ts";
import { inForce } from "../judgement/drift/group/promise.ts";
import { cardOfSeries, type SeriesCard } from "../judgement/drift/baseline/series-card.ts";
import type { Observation } from "../observation/observation.ts";
import type { JudgePolicy } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import { isJsonObject, type Json } from "../std/json.ts";
import type { AuditEntry, ControlStore } from "./control.ts";

/** What may be asked and changed of baselines. Each change writes its act in the same transaction. */
export interface BaselineStore {
  /** Every series with its newest baseline, those of one probe when `probeId` is given. */
  series(probeId?: string): Promise<readonly SeriesMemory[]>;
  /** What is known of all series together. */
  fleet(): Promise<Fleet>;
  /** All versions, oldest first. */
  versions(seriesId: string): Promise<readonly Baseline[]>;
  /** What the runs of these ids saw, as far as it is still kept. */
  observationsOf(runIds: readonly string[]): Promise<readonly Observation[]>;
  /** Adds a version and lets the judge begin with it; false when there is no such series. */
  addBaseline(seriesId: string, normal: NewNormal, act: AuditEntry): Promise<boolean>;
}

/** One series, and how far its learning is. */
export interface SeriesView extends SeriesMemory {
  readonly learning?: { readonly done: number; readonly of: number } | undefined;
  /** Nothing is compared with it any more: its probe is gone, or asks something else now. */
  readonly isIdle?: boolean | undefined;
}

/** A baseline that left one installation to be used in another. */
export interface BaselineFile {
  readonly kind: "plumbline-baseline";
  readonly v: 1;
  readonly aspect: string;
  readonly label: string;
  readonly version: number;
  readonly n: number;
  readonly learned: Json;
}

export type BaselineResult =
  | { readonly kind: "done"; readonly series: SeriesView }
  | { readonly kind: "refused"; readonly reason: string };

export interface BaselineHistory {
  readonly series: SeriesView;
  /** Oldest first. */
  readonly versions: readonly Omit<Baseline, "learned">[];
  /** What the newest says is normal, a line each. */
  readonly normal: readonly string[];
  /** The same in numbers, and what is promised; not of shapes. */
  readonly card?: SeriesCard | undefined;
}

export type DiffResult =
  | {
      readonly kind: "compared";
      readonly from: number;
      readonly to: number;
      readonly diff: ShapeDiff;
      readonly text: string;
    }
  | { readonly kind: "refused"; readonly reason: string };

export interface Baselines {
  list(probeId?: string): Promise<readonly SeriesView[]>;
  history(seriesId: string): Promise<BaselineHistory | undefined>;
  /** Between two versions of a shape, the newest and the one before when not given. undefined: no such series. */
  diff(seriesId: string, from?: number, to?: number): Promise<DiffResult | undefined>;
  /** Takes what an incident found for normal, from what is stored of its runs, and sends nothing. undefined: no such incident. */
  accept(incidentId: string, by: string, why: string): Promise<BaselineResult | undefined>;
  /** Goes back, as a new version: to the one given, or to what was normal before what is normal now. */
  reject(seriesId: string, by: string, why: string, to?: number): Promise<BaselineResult | undefined>;
  exported(seriesId: string): Promise<BaselineFile | undefined>;
  imported(seriesId: string, file: BaselineFile, by: string, why: string): Promise<BaselineResult | undefined>;
}

interface BaselineWorld {
  readonly book: BaselineStore & Pick<ControlStore, "history">;
  readonly clock: Clock;
  /** Of a probe that is configured. */
  readonly policyOf: (probeId: string) => JudgePolicy | undefined;
  /** Ends the incident that was accepted. */
  readonly resolve: (incidentId: string, by: string, why: string) => Promise<unknown>;
}

/** Others of its probe have gone on for so long without it. */
const idleAfterMs = 3_600_000;

export function createBaselines({ book, clock, policyOf, resolve }: BaselineWorld): Baselines {
  const find = async (seriesId: string): Promise<SeriesView | undefined> =>
    (await book.series()).map(viewOf).find(({ series }) => series.id === seriesId);

  /** By the probe's id, or by its name at all of its locations. */
  const seriesOfProbe = async (named: string | undefined): Promise<readonly SeriesMemory[]> => {
    const exact = await book.series(named);
    if (named === undefined || exact.length > 0) return exact;
    return (await book.series()).filter(({ series }) => series.probeId.startsWith(`${named}@`));
  };

  const change = async (
    seriesId: string,
    normal: NewNormal,
    act: Pick<AuditEntry, "what" | "by" | "why">,
  ): Promise<BaselineResult> => {
    await book.addBaseline(seriesId, normal, { ...act, subject: seriesId, atMs: clock.nowMs() });
    const series = await find(seriesId);
    return series === undefined ? refused("the series is gone") : { kind: "done", series };
  };

  return {
    async list(probeId) {
      const all = await seriesOfProbe(probeId);
      const newest = new Map<string, number>();
      for (const { series, lastSlotMs } of all) {
        newest.set(series.probeId, Math.max(lastSlotMs, newest.get(series.probeId) ?? 0));
      }
      return all.map((memory) => {
        const { probeId: of } = memory.series;
        const isIdle = policyOf(of) === undefined || (newest.get(of) ?? 0) - memory.lastSlotMs > idleAfterMs;
        return isIdle ? { ...viewOf(memory), isIdle } : viewOf(memory);
      });
    },

    async history(seriesId) {
      const view = await find(seriesId);
      if (view === undefined) return undefined;
      const { aspect, label, probeId } = view.series;
      const versions = await book.versions(seriesId);
      const newest = versions.at(-1);
      const policy = policyOf(probeId);
      const noise = feedbackIn(view, clock.nowMs());
      const intervalMs = view.reading?.intervalMs;
      const promised = policy && inForce(policy, await book.fleet());
      const card = newest && promised && cardOfSeries(aspect, newest.learned, promised, noise, intervalMs);
      return {
        series: view,
        versions: versions.map(({ learned: _learned, ...rest }) => rest),
        normal:
          newest === undefined
            ? []
            : [
                ...describeBaseline(aspect, label, newest.learned, promised, noise, intervalMs),
                ...(promised ? recurrencesIn(view, clock.nowMs(), promised.drift) : []),
              ],
        ...(card && { card }),
      };
    },

    async diff(seriesId, from, to) {
      if ((await find(seriesId)) === undefined) return undefined;
      const versions = await book.versions(seriesId);
      const after = versions.find(({ version }) => version === (to ?? versions.at(-1)?.version));
      const before = versions.find(({ version }) => version === (from ?? (after?.version ?? 0) - 1));
      if (before === undefined || after === undefined) {
        return refused(`these versions can't be compared: ${namesOf(versions)}`);
      }
      const diff = diffShapes(before.learned, after.learned);
      if (diff === undefined) return refused("only shapes of replies can be compared line by line");
      return { kind: "compared", from: before.version, to: after.version, diff, text: renderDiff(diff, "text") };
    },

    async accept(id, by, why) {
      const known = await book.history(id);
      if (known === undefined) return undefined;
      const { incident } = known;
      if (incident.state !== "open" && incident.state !== "acknowledged") return refused(`it is ${incident.state}`);
      const others = whyNotOne(incident);
      if (others !== undefined) return refused(others);
      const memory = (await book.series(incident.probeId)).find(
        ({ series }) => fingerprintOfSeries(incident, series.id) === incident.fingerprint,
      );
      if (memory === undefined)
        return refused("it is about a fixed rule, not about a baseline: change the configuration");
      const evidence = await book.observationsOf(incident.evidence.map(({ runId }) => runId));
      const normal = acceptAsNormal(memory, incident.findings, evidence);
      if (normal.learned !== null && evidence.length === 0) return refused("none of its runs is kept any more");
      const result = await change(memory.series.id, normal, { what: "accept-baseline", by, why });
      await resolve(incidentId(incident), by, `accepted as the new normal: ${why}`);
      return result;
    },

    async reject(seriesId, by, why, to) {
      if ((await find(seriesId)) === undefined) return undefined;
      const versions = await book.versions(seriesId);
      const before = to === undefined ? versionBefore(versions) : versions.find(({ version }) => version === to);
      if (before === undefined) return refused(`there is no version to go back to: ${namesOf(versions)}`);
      const text = `back to version ${before.version}: ${why}`;
      return change(seriesId, before, { what: "reject-baseline", by, why: text });
    },

    async exported(seriesId) {
      const found = await find(seriesId);
      if (found?.baseline === undefined) return undefined;
      const { aspect, label } = found.series;
      const { version, n, learned } = found.baseline;
      return { kind: "plumbline-baseline", v: 1, aspect, label, version, n, learned };
    },

    async imported(seriesId, { aspect, label, n, learned, version }, by, why) {
      const found = await find(seriesId);
      if (found === undefined) return undefined;
      const { series } = found;
      if (series.aspect !== aspect || series.label !== label) {
        return refused(`the file is of ${aspect}, ${label}; the series is of ${series.aspect}, ${series.label}`);
      }
      if (!isBaselineOf(series.aspect, learned)) {
        return refused(`the file holds nothing that ${aspect} of this version of Plumbline can read; export it anew`);
      }
      const text = `from a file of version ${version}: ${why}`;
      return change(seriesId, { learned, n }, { what: "import-baseline", by, why: text });
    },
  };
}

/** What went back before is what it went back to: going back once more goes further, and never forward again. */
function versionBefore(versions: readonly Baseline[]): Baseline | undefined {
  const learnedOf = ({ learned }: Baseline): string => JSON.stringify(learned);
  const newest = versions.at(-1);
  const origin = versions.findIndex((one) => newest !== undefined && learnedOf(one) === learnedOf(newest));
  return versions.slice(0, Math.max(0, origin)).findLast(({ learned }) => learned !== null);
}

function namesOf(versions: readonly Baseline[]): string {
  if (versions.length === 0) return "it is still learning its first";
  return versions.length === 1
    ? "there is only version 1"
    : `there are versions 1 to ${versions.at(-1)?.version ?? versions.length}`;
}

function refused(reason: string): { readonly kind: "refused"; readonly reason: string } {
  return { kind: "refused", reason };
}

/** A judge that learns says in its state how far it is. */
function viewOf(memory: SeriesMemory): SeriesView {
  const { state } = memory;
  const isLearning = isJsonObject(state) && typeof state["n"] === "number" && typeof state["of"] === "number";
  return isLearning ? { ...memory, learning: { done: Number(state["n"]), of: Number(state["of"]) } } : memory;
}
