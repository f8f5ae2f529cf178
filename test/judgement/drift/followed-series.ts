import type { Baseline, SeriesMemory } from "../../../src/baseline/baseline.ts";
import { type Reading, readReading } from "../../../src/baseline/reading.ts";
import { readingOf } from "../../../src/judgement/drift/group/reading.ts";
import type { Judge, JudgeOutput } from "../../../src/judgement/judgement.ts";
import type { Observation } from "../../../src/observation/observation.ts";
import type { JudgePolicy } from "../../../src/probe/probe.ts";
import { scenarioOf } from "../../../src/scenario/resolve.ts";
import type { Json } from "../../../src/std/json.ts";

export const everyMs = 60_000;
export const dayMs = 86_400_000;

export const policy: JudgePolicy = {
  learnRuns: 30,
  latencyFloorRatio: 1,
  maxLoopDelayMs: 100,
  drift: { falsePageEveryMs: 180 * dayMs, samples: 60, pageAfterMs: dayMs, fullAfterMs: 7 * dayMs },
};

/** What one run has shown: how long it took, its tokens, whether it failed. */
export interface Shown {
  readonly totalMs?: number;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  readonly status?: number;
}

export function observationOf({ totalMs = 800, status = 200, ...usage }: Shown): Observation {
  const outcome = { kind: "reply", status, usage };
  const rest = { attempts: 1, maxLoopDelayMs: 0, timings: { totalMs } };
  return { call: "ask", mode: "plain", outcome, ...rest } as unknown as Observation;
}

interface Followed {
  /** As it was before the last run, and is now. */
  before: SeriesMemory | undefined;
  memory: SeriesMemory | undefined;
  slotMs: number;
  run(shown: Shown, dailyMs?: number): { readonly output: JudgeOutput; readonly reading: Reading | undefined };
}

const scenario = scenarioOf({ kind: "built-in", name: "valid-request" });
const cadence = { kind: "every", everyMs } as const;
const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** One series, a run a minute, with its reading kept as the store keeps it. `learned` is a baseline to begin with. */
export function followSeries(judge: Judge, label: string, learned?: Json, by: JudgePolicy = policy): Followed {
  const series = { id: label, probeId: "p", aspect: judge.aspect, label };
  const baselineOf = (what: Json): Baseline => ({ version: 1, n: 1, learned: what, acceptedAtMs: 0, by: "", why: "" });
  const begun: SeriesMemory | undefined =
    learned === undefined ? undefined : { series, baseline: baselineOf(learned), state: null, lastSlotMs: 0 };
  const followed: Followed = {
    before: undefined,
    memory: begun,
    slotMs: 0,
    run(shown, dailyMs = 0) {
      const slotMs = (followed.slotMs += everyMs);
      const { memory } = followed;
      const observation = observationOf(shown);
      const output = judge.judge({ scenario, observation, series, memory, policy: by, cadence, slotMs });
      const { state = null, accept } = output;
      const isAnew = accept !== undefined;
      const notified = {
        group: "g",
        aspect: judge.aspect,
        memory,
        state,
        isAnew,
        policy: by,
        cadence,
        slotMs,
        dailyMs,
      };
      const reading = readingOf(notified);
      const baseline = accept === undefined ? memory?.baseline : baselineOf(accept.learned);
      followed.before = memory;
      followed.memory = {
        series,
        baseline,
        state,
        reading: readReading(stored((reading ?? null) as Json)),
        lastSlotMs: slotMs,
      };
      return { output, reading };
    },
  };
  return followed;
}

/** The first of many steps that is as wanted. Throws when none is: a loop without an end would hang the tests. */
export function firstOf<T>(step: () => T, isWanted: (it: T) => boolean, most = 3000): T {
  for (let count = 0; count < most; count += 1) {
    const it = step();
    if (isWanted(it)) return it;
  }
  throw new Error(`none of ${most} is as wanted`);
}
