import type { Baseline, SeriesMemory } from "../baseline/baseline.ts";
import type { Fleet } from "../baseline/reading.ts";
import { diffShapes } from "../judgement/contract/diff-shapes.ts";
import { renderDiff } from "../judgement/contract/render-diff.ts";
import { describeBaseline } from "../judgement/drift/baseline/describe-baseline.ts";
import { feedbackIn, type NewNormal, recurrencesIn } from "../judgement/drift/baseline/new-normal.ts";
import { inForce } from "../judgement/drift/group/promise.ts";
import { cardOfSeries } from "../judgement/drift/baseline/series-card.ts";
import type { Observation } from "../observation/observation.ts";
import type { JudgePolicy } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import { isJsonObject } from "../std/json.ts";
import type { AuditEntry } from "./audit-log.ts";
import type { BaselineDiff, BaselineFile, BaselineHistory, SeriesView } from "./baselines.ts";
import { type Refused, refused } from "./operation.ts";

/** Each change keeps its audit entry in the same transaction. */
export interface BaselineStore {
  /** Every series with its newest baseline, those of one probe when `probeId` is given. */
  series(probeId?: string): Promise<readonly SeriesMemory[]>;
  oneSeries(seriesId: string): Promise<SeriesMemory | undefined>;
  seriesOfProbes(probeIds: readonly string[]): Promise<readonly SeriesMemory[]>;
  /** What is known of all series together. */
  fleet(): Promise<Fleet>;
  /** All versions, oldest first. */
  versions(seriesId: string): Promise<readonly Baseline[]>;
  /** What the runs of these ids saw, as far as it is still kept. */
  observationsOf(runIds: readonly string[]): Promise<readonly Observation[]>;
  /** Adds a version and lets the judge begin with it; false when there is no such series. */
  addBaseline(seriesId: string, normal: NewNormal, entry: AuditEntry): Promise<boolean>;
}

/** Undefined: there is no such series. */
export interface BaselineReader {
  list(probeId?: string): Promise<readonly SeriesView[]>;
  /** Those of a few probes. */
  listOf(probeIds: readonly string[]): Promise<readonly SeriesView[]>;
  history(seriesId: string): Promise<BaselineHistory | undefined>;
  /** Compares two versions of a shape; default: the newest two. */
  diff(seriesId: string, from?: number, to?: number): Promise<BaselineDiff | Refused | undefined>;
  exported(seriesId: string): Promise<BaselineFile | undefined>;
}

export interface BaselineReaderWorld {
  readonly store: BaselineStore;
  readonly clock: Clock;
  /** Of a configured probe. */
  readonly policyOf: (probeId: string) => JudgePolicy | undefined;
}

/** A series is idle when others of its probe have had runs for so long without it. */
const idleAfterMs = 3_600_000;

export function createBaselineReader(world: BaselineReaderWorld): BaselineReader {
  const { store, policyOf } = world;
  const views = (all: readonly SeriesMemory[]): readonly SeriesView[] => {
    const newest = new Map<string, number>();
    for (const { series, lastSlotMs } of all) {
      newest.set(series.probeId, Math.max(lastSlotMs, newest.get(series.probeId) ?? 0));
    }
    return all.map((memory) => {
      const { probeId: of } = memory.series;
      const isIdle = policyOf(of) === undefined || (newest.get(of) ?? 0) - memory.lastSlotMs > idleAfterMs;
      return isIdle ? { ...viewOf(memory), isIdle } : viewOf(memory);
    });
  };
  return {
    list: async (probeId) => views(await seriesOfProbe(store, probeId)),
    listOf: async (probeIds) => views(await store.seriesOfProbes(probeIds)),

    async history(seriesId) {
      const found = await seriesById(store, seriesId);
      if (found === undefined) return undefined;
      const versions = await store.versions(seriesId);
      return {
        series: found,
        versions: versions.map(({ learned: _learned, ...rest }) => rest),
        ...(await normalOf(world, found, versions.at(-1))),
      };
    },

    async diff(seriesId, from, to) {
      if ((await seriesById(store, seriesId)) === undefined) return undefined;
      const versions = await store.versions(seriesId);
      const after = versions.find(({ version }) => version === (to ?? versions.at(-1)?.version));
      const before = versions.find(({ version }) => version === (from ?? (after?.version ?? 0) - 1));
      if (before === undefined || after === undefined) {
        return refused(`these versions can't be compared: ${namesOf(versions)}`);
      }
      const diff = diffShapes(before.learned, after.learned);
      if (diff === undefined) return refused("only shapes of replies can be compared line by line");
      return { from: before.version, to: after.version, diff, text: renderDiff(diff, "text") };
    },

    async exported(seriesId) {
      const found = await seriesById(store, seriesId);
      if (found?.baseline === undefined) return undefined;
      const { aspect, label } = found.series;
      const { version, n, learned } = found.baseline;
      return { kind: "plumbline-baseline", v: 1, aspect, label, version, n, learned };
    },
  };
}

/** What the newest version takes for normal, for people and in numbers. */
async function normalOf(
  { store, clock, policyOf }: BaselineReaderWorld,
  memory: SeriesMemory,
  newest: Baseline | undefined,
): Promise<Pick<BaselineHistory, "normal" | "card">> {
  if (newest === undefined) return { normal: [] };
  const { aspect, label, probeId } = memory.series;
  const policy = policyOf(probeId);
  const feedback = feedbackIn(memory, clock.nowMs());
  const intervalMs = memory.reading?.intervalMs;
  const promised = policy && inForce(policy, await store.fleet());
  const card = promised && cardOfSeries(aspect, newest.learned, promised, feedback, intervalMs);
  const normal = [
    ...describeBaseline(aspect, label, newest.learned, promised, feedback, intervalMs),
    ...(promised ? recurrencesIn(memory, clock.nowMs(), promised.drift) : []),
  ];
  return { normal, ...(card && { card }) };
}

export async function seriesById(store: Pick<BaselineStore, "oneSeries">, seriesId: string) {
  const found = await store.oneSeries(seriesId);
  return found && viewOf(found);
}

/** By the id of the probe, or by its name at all of its locations. */
async function seriesOfProbe(store: BaselineStore, named: string | undefined): Promise<readonly SeriesMemory[]> {
  const exact = await store.series(named);
  if (named === undefined || exact.length > 0) return exact;
  return (await store.series()).filter(({ series }) => series.probeId.startsWith(`${named}@`));
}

export function namesOf(versions: readonly Baseline[]): string {
  if (versions.length === 0) return "it is still learning its first";
  return versions.length === 1
    ? "there is only version 1"
    : `there are versions 1 to ${versions.at(-1)?.version ?? versions.length}`;
}

/** A judge that learns keeps its progress in its state. */
function viewOf(memory: SeriesMemory): SeriesMemory & Pick<SeriesView, "learning"> {
  const { state } = memory;
  const isLearning = isJsonObject(state) && typeof state["n"] === "number" && typeof state["of"] === "number";
  return isLearning ? { ...memory, learning: { done: Number(state["n"]), of: Number(state["of"]) } } : memory;
}
