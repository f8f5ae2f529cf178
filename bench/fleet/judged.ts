import { inForce } from "../../src/judgement/drift/group/promise.ts";
import type { JudgePolicy } from "../../src/probe/probe.ts";
import { type Sample, scenarios } from "../detection/series.ts";
import { type FleetSetting, seriesIn } from "./false-messages.ts";
import { judge, type JudgedSeries } from "../changes/judged.ts";
import { dayMs, policyOf } from "./follow.ts";
import { placesOf } from "./target.ts";

/** One series of times, judged by the product from its first run on: whether a page has just begun. */
export function judgeSeries(policy: JudgePolicy, everyMs: number): (sample: Sample) => boolean {
  const one: JudgedSeries = { memory: undefined, isPaging: false };
  return (sample) => judge(one, policy, everyMs, sample).begins;
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
