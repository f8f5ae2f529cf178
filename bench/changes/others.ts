import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import { usageJudge } from "../../src/judgement/drift/counts/usage.ts";
import { errorRateJudge } from "../../src/judgement/drift/rate/error-rate.ts";
import type { Judge, JudgeInput } from "../../src/judgement/judgement.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { dayMs, policyOf } from "../fleet/follow.ts";

const scenario = scenarioOf({ kind: "built-in", name: "valid-request" });

/** One series of another judge than that of times, from its first run on: whether it pages at a run. */
function followed(judge: Judge, label: string, everyMs: number): (status: number, usage: object) => boolean {
  const policy = policyOf({ intervalMs: everyMs, baselineDays: 0, floor: 0.05, falsePageEveryMs: 180 * dayMs });
  const series = { id: "s", probeId: "p", aspect: judge.aspect, label };
  const cadence = { kind: "every", everyMs } as const;
  let memory: SeriesMemory | undefined;
  let slotMs = 0;
  return (status, usage) => {
    slotMs += everyMs;
    const reply = { call: "ask", mode: "plain", outcome: { kind: "reply", status, usage }, timings: { totalMs: 800 } };
    const observation = { ...reply, attempts: 1, maxLoopDelayMs: 0 } as unknown as JudgeInput["observation"];
    const input = { scenario, observation, series, memory, policy, cadence, slotMs };
    const { ruling, accept, state = null } = judge.judge(input);
    const accepted = accept && { ...accept, version: 1, acceptedAtMs: slotMs, by: "" };
    memory = { series, baseline: accepted ?? memory?.baseline, state, lastSlotMs: slotMs };
    return ruling.outcome === "bad" && ruling.findings.some(({ severity }) => severity === "risky");
  };
}

/** A share of all runs fails, so many in a row each time; it never changes. Pages within 180 days. */
export function pagesOfErrors(share: number, inARow: number, everyMs: number, seed: number): number {
  const random = seededRandom(seed * 47 + 5);
  const pages = followed(errorRateJudge, "error rate", everyMs);
  let [left, count, was] = [0, 0, false];
  for (let atMs = 0; atMs < 180 * dayMs; atMs += everyMs) {
    if (left > 0) left -= 1;
    else if (random() < share / inARow) left = inARow;
    const is = pages(left > 0 ? 503 : 200, {});
    if (is && !was) count += 1;
    was = is;
  }
  return count;
}

const between = (random: () => number, low: number, high: number): number => low + Math.floor(random() * (high - low));

/** Numbers of tokens that change, and the numbers after that. */
export const usages = [
  {
    name: "prompt with a nonce, 320 to 339 tokens, then ×2",
    label: "prompt tokens",
    of: (random: () => number, isAfter: boolean) => ({ promptTokens: between(random, 320, 340) * (isAfter ? 2 : 1) }),
  },
  {
    name: "prompt with a nonce, 24 to 27 tokens, then +10 %",
    label: "prompt tokens",
    of: (random: () => number, isAfter: boolean) => ({ promptTokens: between(random, 24, 28) + (isAfter ? 3 : 0) }),
  },
  {
    name: "no reasoning tokens, then 64 to 200",
    label: "reasoning tokens",
    of: (random: () => number, isAfter: boolean) => ({ reasoningTokens: isAfter ? between(random, 64, 201) : 0 }),
  },
  {
    name: "64 to 200 reasoning tokens, then none",
    label: "reasoning tokens",
    of: (random: () => number, isAfter: boolean) => ({ reasoningTokens: isAfter ? 0 : between(random, 64, 201) }),
  },
  {
    name: "completion of about 100 tokens, then +50 %",
    label: "completion tokens",
    of: (random: () => number, isAfter: boolean) => ({
      completionTokens: Math.round(between(random, 80, 121) * (isAfter ? 1.5 : 1)),
    }),
  },
] as const;

/** Pages in two weeks of what is usual, and runs until the first one after the change. */
export function usageAfter(
  index: number,
  everyMs: number,
  seed: number,
): { readonly runs: number; readonly false: number } {
  const { label, of } = usages[index]!;
  const random = seededRandom(seed * 53 + 5);
  const pages = followed(usageJudge, label, everyMs);
  let [count, was] = [0, false];
  for (let atMs = 0; atMs < 14 * dayMs; atMs += everyMs) {
    const is = pages(200, of(random, false));
    if (is && !was) count += 1;
    was = is;
  }
  for (let run = 1; run <= 600; run += 1) if (pages(200, of(random, true))) return { runs: run, false: count };
  return { runs: Infinity, false: count };
}
