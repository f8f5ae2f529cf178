import type { SeriesMemory } from "../src/baseline/baseline.ts";
import { costJudge } from "../src/judgement/spend/cost.ts";
import { errorRateJudge } from "../src/judgement/drift/rate/error-rate.ts";
import type { Judge, JudgeInput } from "../src/judgement/judgement.ts";
import { unjudged } from "../src/judgement/subject.ts";
import { latencyJudge } from "../src/judgement/drift/level/latency.ts";
import { usageJudge } from "../src/judgement/drift/counts/usage.ts";
import type { Observation } from "../src/observation/observation.ts";
import { scenarioOf } from "../src/scenario/resolve.ts";
import type { Json } from "../src/std/json.ts";
import { table } from "./measure.ts";
import { scenarios, seriesOf } from "./detection/series.ts";

/** CPU of one judge for one observation, over a year of some series after their last stage, and how long 10,000 stored states take to read. */
const everyMs = 300_000;
const drift = { falsePageEveryMs: 15_552_000_000, samples: 60, pageAfterMs: 86_400_000, fullAfterMs: 604_800_000 };
const policy = { learnRuns: 30, latencyFloorRatio: 1.05, maxLoopDelayMs: 100, drift };
const scenario = scenarioOf({ kind: "built-in", name: "valid-request" });
const all = scenarios.find(({ name }) => name === "all") ?? scenarios[0]!;
const price = { inputPerMillion: 150_000, outputPerMillion: 600_000 };

function observationOf(totalMs: number): Observation {
  const completionTokens = Math.round(totalMs / 10);
  const usage = { promptTokens: 24, completionTokens, totalTokens: 24 + completionTokens };
  const outcome = { kind: "reply", status: 200, usage };
  return {
    call: "ask",
    mode: "plain",
    outcome,
    timings: { totalMs },
    attempts: 1,
    maxLoopDelayMs: 0,
  } as unknown as Observation;
}

function inputOf(
  judge: Judge,
  key: string,
  label: string,
  memory: SeriesMemory | undefined,
  { atMs, value }: { readonly atMs: number; readonly value: number },
): JudgeInput {
  const series = { id: key, probeId: "p", aspect: judge.aspect, label };
  const cadence = { kind: "every", everyMs } as const;
  return { scenario, observation: observationOf(value), series, memory, policy, price, cadence, slotMs: atMs };
}

function after(input: JudgeInput, judge: Judge): SeriesMemory {
  const { accept, state = null } = judge.judge(input);
  const { series, memory, slotMs } = input;
  const before = memory?.baseline;
  const baseline = accept === undefined ? before : { ...accept, version: 1, acceptedAtMs: 0, by: "" };
  return { series, baseline, state, lastSlotMs: slotMs };
}

/** Judges nothing: what the bench itself takes. */
const idle: Judge = {
  aspect: "latency",
  seriesOf: () => [],
  judge: (input) => unjudged(input, "idle"),
};
const measured: readonly (readonly [Judge, string, string])[] = [
  [idle, "ask/idle", "(the bench itself)"],
  [latencyJudge, "ask/total", "total time"],
  [usageJudge, "ask/prompt-tokens", "prompt tokens"],
  [usageJudge, "ask/completion-tokens", "completion tokens"],
  [errorRateJudge, "ask/error-rate", "error rate"],
  [costJudge, "ask/cost", "cost per run"],
];
const rows = [["series", "µs per observation, CPU", "state, bytes"]];
const learned = 30 * 288;
const count = 365 * 288;
/** The first is for the compiler and not counted. */
const seeds = [0, 1, 2, 3, 4, 5, 6];
let latency: SeriesMemory | undefined;
let own = 0;
let sum = 0;
for (const [judge, key, label] of measured) {
  let spentMicros = 0;
  let memory: SeriesMemory | undefined;
  for (const seed of seeds) {
    const next = seriesOf(all, everyMs, seed);
    memory = undefined;
    for (let index = 0; index < learned; index += 1) memory = after(inputOf(judge, key, label, memory, next()), judge);
    const [times, values] = [new Float64Array(count), new Float64Array(count)];
    for (let index = 0; index < count; index += 1) ({ atMs: times[index], value: values[index] } = next());
    const before = process.cpuUsage();
    for (let index = 0; index < count; index += 1) {
      const sample = { atMs: times[index] ?? 0, value: values[index] ?? 0 };
      memory = after(inputOf(judge, key, label, memory, sample), judge);
    }
    const { user, system } = process.cpuUsage(before);
    if (seed > 0) spentMicros += user + system;
  }
  const each = spentMicros / (count * (seeds.length - 1));
  if (judge === idle) own = each;
  else sum += each - own;
  rows.push([label, each.toFixed(2), String(JSON.stringify(memory?.state).length)]);
  if (judge === latencyJudge) latency = memory;
}
rows.push(["all judges, less the bench itself", sum.toFixed(2), ""]);
process.stdout.write(`${table(rows)}\n\n`);

const stored = Array.from({ length: 10_000 }, (_, index) => JSON.stringify({ ...latency, lastSlotMs: index }));
const startMs = performance.now();
let judged = 0;
const next = seriesOf(all, everyMs, 7);
for (const text of stored) {
  const memory = JSON.parse(text) as SeriesMemory & { readonly state: Json };
  if (
    latencyJudge.judge(inputOf(latencyJudge, "ask/total", "total time", memory, next())).ruling.outcome !== "unjudged"
  )
    judged += 1;
}
process.stdout.write(
  `10,000 states read from JSON and stepped: ${(performance.now() - startMs).toFixed(0)} ms, ${judged} judged\n`,
);
