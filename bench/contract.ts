import { learn } from "../src/judgement/contract/learn.ts";
import type { SeriesMemory } from "../src/baseline/baseline.ts";
import { diffShapes } from "../src/judgement/contract/diff-shapes.ts";
import { type Known, nothingKnown, seenIn, stored } from "../src/judgement/contract/known.ts";
import { shapeJudge } from "../src/judgement/contract/shape-judge.ts";
import type { Observation, ReplyFacts } from "../src/observation/observation.ts";
import { outlineOf } from "../src/observation/shape.ts";
import { scenarioOf } from "../src/scenario/resolve.ts";
import type { Json } from "../src/std/json.ts";
import { probe } from "../test/probe/samples.ts";
import { observation as template } from "../test/store/samples.ts";
import { quantile, table } from "./measure.ts";

/**
 * What the contract judge costs: shape and judgement of a typical reply, the size of what a series remembers at 500
 * paths, and a million observations of one series. Needs no server. `--expose-gc` makes the memory figures steady.
 */
const judge = shapeJudge("contract", () => true);
const scenario = scenarioOf(probe.scenario);
const series = { id: "s", probeId: probe.id, aspect: "contract", label: "shape of replies" } as const;

const typical: Json = {
  id: "chatcmpl-9a8b7c6d5e4f",
  object: "chat.completion",
  created: 1_763_890_000,
  model: "gpt-4o-mini-2024-07-18",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "plumb", refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: {
    prompt_tokens: 29,
    completion_tokens: 3,
    total_tokens: 32,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  },
  service_tier: "default",
  system_fingerprint: "fp_44709d6fcb",
};

const wide: Json = {
  sections: Array.from({ length: 20 }, (_, section) => ({
    [`section_${"abcdefghijklmnopqrst"[section]}`]: Object.fromEntries(
      Array.from({ length: 24 }, (_, member) => [
        `member_${"abcdefghijklmnopqrstuvwx"[member]}`,
        member % 3 === 0 ? "text of no interest" : member % 3 === 1 ? member : null,
      ]),
    ),
  })),
};

function observationOf(body: Json): Observation {
  const outcome: ReplyFacts = { ...(template.outcome as ReplyFacts), ...outlineOf([body]) };
  return { ...template, outcome };
}

function monitor(learnRuns: number) {
  let memory: SeriesMemory | undefined;
  let slotMs = 0;
  const see = (observation: Observation): string => {
    slotMs += 1;
    const policy = { ...probe.judge, learnRuns };
    const { cadence } = probe;
    const output = judge.judge({ scenario, observation, series, memory, policy, cadence, slotMs });
    const { state, accept, ruling } = output;
    const baseline =
      accept === undefined
        ? memory?.baseline
        : { version: 1, n: accept.n, learned: accept.learned, acceptedAtMs: 0, by: "", why: "" };
    memory = { series, baseline, state: state ?? null, lastSlotMs: slotMs };
    return ruling.outcome;
  };
  return { see, memory: () => memory };
}

function eachMs(times: number, work: () => unknown): { medianMs: number; p99Ms: number } {
  const values: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const start = performance.now();
    work();
    values.push(performance.now() - start);
  }
  return { medianMs: quantile(values, 0.5), p99Ms: quantile(values, 0.99) };
}

const shown = ({ medianMs, p99Ms }: { medianMs: number; p99Ms: number }): string[] => [
  `${medianMs.toFixed(4)} ms`,
  `${p99Ms.toFixed(4)} ms`,
];

const series1 = monitor(300);
for (let run = 0; run < 5000; run += 1) series1.see(observationOf(typical));
const changed: Json = { ...(typical as object), service_tier: "flex", provider: "other" };
const rows = [
  ["a typical reply", "median", "99 of 100"],
  ["shape", ...shown(eachMs(20_000, () => outlineOf([typical])))],
  ["shape and judgement", ...shown(eachMs(20_000, () => series1.see(observationOf(typical))))],
  ["shape and judgement, changed", ...shown(eachMs(2000, () => series1.see(observationOf(changed))))],
];

const seenWide = seenIn(observationOf(wide).outcome as ReplyFacts, { mode: "plain" });
let known: Known = nothingKnown;
for (let run = 0; run < 300; run += 1) known = learn(known, seenWide);
const learned = JSON.stringify(stored(known));
const copies = 400;
globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
const held = Array.from({ length: copies }, () => JSON.parse(learned) as Json);
globalThis.gc?.();
const heldBytes = (process.memoryUsage().heapUsed - before) / copies;
const [first = null, second = null] = held;
const diffMs = eachMs(50, () => diffShapes(first, second)).medianMs;

held.length = 0;
const million = monitor(300);
const some = [typical, changed, { ...(typical as object), usage: null }].map(observationOf);
globalThis.gc?.();
const heapBefore = process.memoryUsage().heapUsed;
const startMs = performance.now();
for (let run = 0; run < 1_000_000; run += 1) {
  const [usual, rare, rarer] = some;
  const observation = run % 97 === 0 ? rare : run % 1009 === 0 ? rarer : usual;
  if (observation !== undefined) million.see(observation);
}
const tookMs = performance.now() - startMs;
globalThis.gc?.();
const heapAfter = process.memoryUsage().heapUsed;
const memory = million.memory();

process.stdout.write(
  `${table(rows)}

${Object.keys(known.paths).length} paths: ${(learned.length / 1024).toFixed(1)} kB as it is stored, ${(heldBytes / 1024).toFixed(1)} kB in memory, compared in ${diffMs.toFixed(1)} ms
a million observations: ${(tookMs / 1000).toFixed(1)} s, heap ${((heapAfter - heapBefore) / 1024).toFixed(0)} kB more, baseline ${(JSON.stringify(memory?.baseline?.learned).length / 1024).toFixed(1)} kB, state ${(JSON.stringify(memory?.state).length / 1024).toFixed(1)} kB
`,
);
