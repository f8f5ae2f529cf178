import { pipelineOf } from "../../src/judgement/drift/level/pipeline.ts";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { freshEngine, isMeasured, stepEngine } from "../../src/judgement/drift/level/engine.ts";
import { type Learning, beginLearning, learn } from "../../src/judgement/drift/learn/learning.ts";
import { fitReference } from "../../src/judgement/drift/learn/reference.ts";

/** One labelled trace: round-trip times of a host every four minutes (WenqinSHAO/rtt, MIT; arXiv 1709.04819). */
interface Trace {
  readonly samples: readonly { readonly atMs: number; readonly value: number }[];
  /** Times of the changes that people have marked. */
  readonly changesMs: readonly number[];
}

const intervalMs = 240_000;
const dayMs = 86_400_000;
const learnFrom = 60;
/** An alarm this long after a marked change tells of it. */
const hitMs = 2 * 3_600_000;

/** Precision, recall and F1 over all traces of a folder: learn 60 samples, learn anew after each alarm, 1 per 30 days. */
export function roundTripTable(folder: string): string[][] {
  const traces = readdirSync(folder)
    .filter((name) => name.endsWith(".csv"))
    .map((name) => readTrace(readFileSync(join(folder, name), "utf8")));
  const rows = [0.01, 0.03].map((floor) => {
    let [alarms, hits, labels, found, days] = [0, 0, 0, 0, 0];
    for (const { samples, changesMs } of traces) {
      const alarmsMs = alarmsOf(samples, floor);
      const isHit = (alarmMs: number): boolean => changesMs.some((atMs) => alarmMs >= atMs && alarmMs <= atMs + hitMs);
      alarms += alarmsMs.length;
      hits += alarmsMs.filter(isHit).length;
      labels += changesMs.length;
      found += changesMs.filter((atMs) => alarmsMs.some((it) => it >= atMs && it <= atMs + hitMs)).length;
      days += (samples.length * intervalMs) / dayMs;
    }
    const [precision, recall] = [hits / alarms, found / labels];
    const f1 = (2 * precision * recall) / (precision + recall);
    const unmatched = ((alarms - hits) / days) * 30;
    return [
      `this, floor ${floor * 100} %`,
      String(alarms),
      ...[precision, recall, f1, unmatched].map((it) => it.toFixed(3)),
    ];
  });
  return [["rule", "alarms", "precision", "recall", "F1", "unmatched per 30 d"], ...rows];
}

function alarmsOf(samples: Trace["samples"], floor: number): number[] {
  const promise = { samples: (30 * dayMs) / intervalMs, floor: Math.log(1 + floor), intervalMs };
  let learning: Learning | undefined;
  let watching: { pipeline: ReturnType<typeof pipelineOf>; state: ReturnType<typeof freshEngine> } | undefined;
  const alarms: number[] = [];
  for (const sample of samples) {
    if (!isMeasured(sample.value)) continue;
    if (watching !== undefined) {
      if (stepEngine(watching.state, watching.pipeline, sample, promise).kind !== "page") continue;
      alarms.push(sample.atMs);
      watching = undefined;
      learning = undefined;
      continue;
    }
    const log = Math.log(sample.value);
    learning ??= beginLearning(sample.atMs, log);
    learn(learning, sample.atMs, log, intervalMs);
    if (learning.n < learnFrom) continue;
    const pipeline = pipelineOf(fitReference(learning, intervalMs), promise.floor);
    watching = { pipeline, state: freshEngine(pipeline, sample.atMs) };
  }
  return alarms;
}

/** `epoch;rtt;cp`: decimal commas, times as d/m/y or y-m-d, zero or less = no answer. */
function readTrace(text: string): Trace {
  const rows = text
    .split(/\r?\n/)
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => line.split(";"));
  const samples = rows.map(([time = "", value = ""]) => ({
    atMs: timeOf(time),
    value: Number(value.replace(",", ".")),
  }));
  const changesMs = samples.filter((_, index) => Number(rows[index]?.[2]) > 0).map(({ atMs }) => atMs);
  return { samples, changesMs };
}

function timeOf(text: string): number {
  const [, day, month, year, clock] = /^(\d+)\/(\d+)\/(\d+) (.+)$/.exec(text) ?? [];
  return Date.parse(day === undefined ? `${text.replace(" ", "T")}Z` : `${year}-${month}-${day}T${clock}:00Z`);
}
