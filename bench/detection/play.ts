import { pipelineOf, type Pipeline } from "../../src/judgement/drift/level/pipeline.ts";
import { type AlarmPromise, freshEngine, stepEngine } from "../../src/judgement/drift/level/engine.ts";
import type { EngineState } from "../../src/judgement/drift/level/engine-state.ts";
import { type Learning, beginLearning, learn } from "../../src/judgement/drift/learn/learning.ts";
import { fitReference } from "../../src/judgement/drift/learn/reference.ts";
import { type Sample, type Scenario, type ConfigGeneration, seriesOf } from "./series.ts";

const dayMs = 86_400_000;

export interface Setting {
  readonly intervalMs: number;
  readonly baselineDays: number;
  readonly floor: number;
}

/** The product's own learning and steps, without its stages: a baseline of fixed length and the full promise. */
export function learned(
  next: () => Sample,
  { intervalMs, baselineDays, floor }: Setting,
): { pipeline: Pipeline; atMs: number } {
  let learning: Learning | undefined;
  const count = Math.round((baselineDays * dayMs) / intervalMs);
  for (let index = 0; index < count; index += 1) {
    const { atMs, value } = next();
    learning ??= beginLearning(atMs, Math.log(value));
    learn(learning, atMs, Math.log(value), intervalMs);
  }
  if (learning === undefined) throw new Error("a baseline needs samples");
  return { pipeline: pipelineOf(fitReference(learning, intervalMs), Math.log(1 + floor)), atMs: learning.lastMs };
}

export function promiseOf({ intervalMs, floor }: Setting, days = 180): AlarmPromise {
  return { samples: (days * dayMs) / intervalMs, floor: Math.log(1 + floor), intervalMs };
}

/** False pages of one series in `days` after its baseline; after each the detector begins anew. */
export function falsePages(
  scene: Scenario,
  setting: Setting,
  seed: number,
  days = 180,
): { pages: number; informs: number } {
  const next = seriesOf(scene, setting.intervalMs, seed);
  const { pipeline, atMs } = learned(next, setting);
  const promise = promiseOf(setting);
  let state = freshEngine(pipeline, atMs);
  let [pages, informs] = [0, 0];
  const count = Math.round((days * dayMs) / setting.intervalMs);
  for (let index = 0; index < count; index += 1) {
    const sample = next();
    const { kind } = stepEngine(state, pipeline, sample, promise);
    if (kind === "inform") informs += 1;
    if (kind !== "page") continue;
    pages += 1;
    state = freshEngine(pipeline, sample.atMs);
  }
  return { pages, informs };
}

/** Samples until the first page or, for spread and tail, information; undefined: not within `days`. */
export function delayOf(
  scene: Scenario,
  setting: Setting,
  seed: number,
  shift: ConfigGeneration,
  days = 14,
): number | undefined {
  const next = seriesOf(scene, setting.intervalMs, seed);
  const { pipeline, atMs } = learned(next, setting);
  const promise = promiseOf(setting);
  let state: EngineState = freshEngine(pipeline, atMs);
  // A random time of day, after a steady state.
  const before = Math.round((dayMs * (0.5 + ((seed * 0.618_034) % 1))) / setting.intervalMs);
  for (let index = 0; index < before; index += 1) {
    const sample = next();
    if (stepEngine(state, pipeline, sample, promise).kind !== "quiet") state = freshEngine(pipeline, sample.atMs);
  }
  const count = Math.round((days * dayMs) / setting.intervalMs);
  for (let index = 1; index <= count; index += 1) {
    const { kind } = stepEngine(state, pipeline, next(shift), promise);
    if (kind === "page" || (kind === "inform" && shift.kind !== "level")) return index;
  }
  return undefined;
}
