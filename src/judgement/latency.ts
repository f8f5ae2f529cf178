import { z } from "zod";
import { median, robustSpread } from "../std/statistics.ts";
import { formatDurationMs } from "../std/duration.ts";
import type { Finding, Judge, JudgeInput, JudgeOutput } from "./judgement.ts";
import { learningStep, readAs, subjectOf, unjudged } from "./learned.ts";

const learningSchema = z.object({ v: z.literal(1), n: z.number(), logs: z.array(z.number()) });
const baselineSchema = z.object({ median: z.number(), spread: z.number() });
const recentSchema = z.object({ recent: z.array(z.number()) });

const window = 5;
const enoughForMedian = 3;
/** Baselines of a few runs underestimate how much latency varies. */
const smallestSpread = 0.05;
const spreadsAway = 3;

/**
 * The median of the last five runs against the median of the baseline, in logarithms. Reported when it is slower by
 * more than the floor and by more than three spreads of the baseline; being faster is no cause for alarm.
 */
export const latencyJudge: Judge = {
  aspect: "latency",
  seriesOf({ outcome, call, mode, timings }, { polarity }) {
    if (outcome.kind !== "reply" || polarity === "negative" || outcome.status >= 300) return [];
    const total = { key: `${call}/total`, label: "total time" };
    const first = { key: `${call}/first-content`, label: "time to first content" };
    return mode === "stream" && timings.firstContentMs !== undefined ? [total, first] : [total];
  },
  judge(input) {
    const { observation, policy } = input;
    if (observation.maxLoopDelayMs > policy.maxLoopDelayMs) return unjudged(input, "monitor overloaded");
    if (observation.attempts > 1) return unjudged(input, "retried");
    const log = Math.log(Math.max(measured(input), 0.001));
    const baseline = readAs(baselineSchema, input.memory?.baseline?.learned);
    if (baseline === undefined) {
      const logs = [...(readAs(learningSchema, input.memory?.state)?.logs ?? []), log];
      return learningStep(input, logs.length, { logs }, () => ({
        median: median(logs),
        spread: Math.max(smallestSpread, robustSpread(logs)),
      }));
    }
    return judgeRecent(input, baseline, log);
  },
};

function measured({ observation: { timings }, series }: JudgeInput): number {
  return series.label.endsWith("first content") ? (timings.firstContentMs ?? timings.totalMs) : timings.totalMs;
}

function judgeRecent(input: JudgeInput, baseline: z.infer<typeof baselineSchema>, log: number): JudgeOutput {
  const recent = [...(readAs(recentSchema, input.memory?.state)?.recent ?? []), log].slice(-window);
  const state = { v: 1, recent };
  const subject = subjectOf(input);
  if (recent.length < enoughForMedian) {
    return { ruling: { subject, outcome: "unjudged", reason: `${recent.length} of ${enoughForMedian} runs` }, state };
  }
  const now = median(recent);
  const limit = Math.max(Math.log(input.policy.latencyFloorRatio), spreadsAway * baseline.spread);
  if (now - baseline.median <= limit) return { ruling: { subject, outcome: "good" }, state };
  const ratio = Math.exp(now - baseline.median);
  const finding: Finding = {
    kind: "latency",
    severity: "risky",
    subject: input.series.label,
    expected: formatDurationMs(Math.exp(baseline.median)),
    observed: `${formatDurationMs(Math.exp(now))} (×${ratio.toFixed(1)})`,
    baselineVersion: input.memory?.baseline?.version,
  };
  return { ruling: { subject, outcome: "bad", findings: [finding] }, state };
}
