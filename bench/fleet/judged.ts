import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import type { JudgeInput } from "../../src/judgement/judgement.ts";
import { latencyJudge } from "../../src/judgement/drift/level/latency.ts";
import { inForce } from "../../src/judgement/drift/group/promise.ts";
import type { JudgePolicy } from "../../src/probe/probe.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import { type Sample, scenarios } from "../detection/series.ts";
import { type FleetSetting, seriesIn } from "./false-messages.ts";
import { dayMs, policyOf } from "./follow.ts";
import { placesOf } from "./target.ts";

const scenario = scenarioOf({ kind: "built-in", name: "valid-request" });

/** One series of times, judged by the product from its first run on: whether a page has just begun. */
export function judgeSeries(policy: JudgePolicy, everyMs: number): (sample: Sample) => boolean {
  const series = { id: "s", probeId: "p", aspect: "latency", label: "total time" } as const;
  const cadence = { kind: "every", everyMs } as const;
  let memory: SeriesMemory | undefined;
  let isPaging = false;
  return ({ atMs: slotMs, value }) => {
    const timings = { totalMs: value };
    const reply = { call: "ask", mode: "plain", outcome: { kind: "reply", status: 200 }, timings };
    const observation = { ...reply, attempts: 1, maxLoopDelayMs: 0 } as unknown as JudgeInput["observation"];
    const output = latencyJudge.judge({ scenario, observation, series, memory, policy, cadence, slotMs });
    const { ruling, accept, state = null } = output;
    const accepted = accept && { ...accept, version: 1, acceptedAtMs: slotMs, by: "" };
    memory = { series, baseline: accepted ?? memory?.baseline, state, lastSlotMs: slotMs };
    const was = isPaging;
    isPaging = ruling.outcome === "bad" && ruling.findings.some(({ severity }) => severity === "risky");
    return isPaging && !was;
  };
}

/** Pages of a fleet in which nothing happens, by the product's own promise: each series alone, then all together. */
export function falsePagesOfJudges(setting: FleetSetting, falsePageEveryMs: number, seed: number): number[] {
  const { targets, days, rule, count } = setting;
  const given = policyOf({ ...rule, falsePageEveryMs });
  const shared: JudgePolicy = { ...given, drift: { ...given.drift, falsePagesOf: "fleet" } };
  const policies = [given, inForce(shared, { pagingSeries: seriesIn(setting), dailyMs: 0 })];
  const pages = policies.map(() => 0);
  for (let target = 0; target < targets; target += 1) {
    const scene = scenarios[target % scenarios.length]!;
    const next = placesOf(scene, setting, rule.intervalMs, seed * targets + target);
    const judges = policies.map((policy) => Array.from({ length: count }, () => judgeSeries(policy, rule.intervalMs)));
    for (let slot = 0; slot < Math.round((days * dayMs) / rule.intervalMs); slot += 1) {
      for (const [place, sample] of next().entries()) {
        for (const [index, ofPolicy] of judges.entries()) if (ofPolicy[place]!(sample)) pages[index]! += 1;
      }
    }
  }
  return pages;
}
