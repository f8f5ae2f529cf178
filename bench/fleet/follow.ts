import { readyPipeline } from "../../src/judgement/drift/level/pipeline.ts";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import type { Reading } from "../../src/baseline/reading.ts";
import { freshEngine, stepEngine } from "../../src/judgement/drift/level/engine.ts";
import { type Learning, beginLearning, learn } from "../../src/judgement/drift/learn/learning.ts";
import { readingOf } from "../../src/judgement/drift/group/reading.ts";
import { fitReference, type Reference } from "../../src/judgement/drift/learn/reference.ts";
import { type GroupMember, groupMove, suspicious } from "../../src/judgement/drift/group/group.ts";
import type { JudgePolicy } from "../../src/probe/probe.ts";
import type { Json } from "../../src/std/json.ts";
import type { Sample } from "../detection/series.ts";

export const dayMs = 86_400_000;
/** The configuration's own. */
const groupWaitMs = 30_000;

export interface Rule {
  readonly intervalMs: number;
  readonly baselineDays: number;
  readonly floor: number;
  readonly falsePageEveryMs: number;
}

/** What a slot of one target has brought. */
export interface Notified {
  /** Places whose own series has moved, found in this slot. */
  readonly pages: readonly number[];
  /** The message about all places together. */
  readonly isGroup: boolean;
  /** Messages about one place that no group message came for in time. */
  readonly alone: number;
}

/** Baselines of fixed length, one for each place. */
export function learnPlaces(
  next: () => Sample[],
  { intervalMs, baselineDays }: Pick<Rule, "intervalMs" | "baselineDays">,
): { references: Reference[]; atMs: number } {
  const learning: Learning[] = [];
  for (let slot = 0; slot < Math.round((baselineDays * dayMs) / intervalMs); slot += 1) {
    for (const [place, { atMs, value }] of next().entries()) {
      learn((learning[place] ??= beginLearning(atMs, Math.log(value))), atMs, Math.log(value), intervalMs);
    }
  }
  return { references: learning.map((one) => fitReference(one, intervalMs)), atMs: learning[0]?.lastMs ?? 0 };
}

/** Both directions page, as they do for tokens: the most that a series may be wrong about. */
export function policyOf({ floor, falsePageEveryMs }: Rule): JudgePolicy {
  const drift = { falsePageEveryMs, samples: 60, pageAfterMs: dayMs, fullAfterMs: 7 * dayMs };
  return { learnRuns: 30, latencyFloorRatio: 1 + floor, maxLoopDelayMs: 100, drift };
}

/** Follows the places of one target under one promise, with the engine and the readings of the product. */
export function followTarget(
  references: readonly Reference[],
  fromMs: number,
  rule: Rule,
): (samples: Sample[]) => Notified {
  const { intervalMs, floor, falsePageEveryMs } = rule;
  const policy = policyOf(rule);
  const promise = { samples: falsePageEveryMs / intervalMs, floor: Math.log(1 + floor), intervalMs };
  const pipelines = references.map((one) => readyPipeline(one, promise.floor));
  const states = pipelines.map((one) => freshEngine(one, fromMs));
  const openedAtMs = states.map((): number | undefined => undefined);
  const untold = new Map<number, number>();
  let open: "up" | "down" | undefined;

  const readingAt = (place: number, slotMs: number): Reading | undefined => {
    const series = { id: String(place), probeId: String(place), aspect: "usage", label: "" } as const;
    const baseline = {
      learned: references[place] as unknown as Json,
      n: 0,
      version: 1,
      acceptedAtMs: 0,
      by: "",
      why: "",
    };
    const memory: SeriesMemory = { series, baseline, state: null, lastSlotMs: slotMs };
    const state = { engine: states[place] } as unknown as Json;
    const cadence = { kind: "every", everyMs: intervalMs } as const;
    return readingOf({ group: "", aspect: "usage", memory, state, isAnew: false, policy, cadence, slotMs, dailyMs: 0 });
  };

  return (samples) => {
    const pages: number[] = [];
    let mayBeGroup = open !== undefined;
    for (const [place, sample] of samples.entries()) {
      const [state, pipeline] = [states[place]!, pipelines[place]!];
      const { kind } = stepEngine(state, pipeline, sample, promise);
      if (kind === "page") {
        pages.push(place);
        openedAtMs[place] = sample.atMs;
        if (open === undefined) untold.set(place, sample.atMs + groupWaitMs);
      }
      if (kind === "recovered") openedAtMs[place] = undefined;
      mayBeGroup ||= state.held !== undefined || Math.max(...state.detector.sums) >= suspicious;
    }
    const nowMs = samples[0]?.atMs ?? 0;
    const wasOpen = open !== undefined;
    if (mayBeGroup) {
      const members = samples.flatMap((_, place): GroupMember[] => {
        const reading = readingAt(place, nowMs);
        return reading === undefined ? [] : [{ source: String(place), reading, openedAtMs: openedAtMs[place] }];
      });
      open = groupMove(members, { falsePageEveryMs, open, nowMs, waitMs: groupWaitMs })?.direction;
    }
    const isGroup = !wasOpen && open !== undefined;
    if (isGroup) untold.clear();
    const due = [...untold].filter(([, untilMs]) => untilMs <= nowMs);
    for (const [place] of due) untold.delete(place);
    return { pages, isGroup, alone: due.length };
  };
}
