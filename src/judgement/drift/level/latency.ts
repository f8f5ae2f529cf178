import type { Observation } from "../../../observation/observation.ts";
import { formatDurationMs } from "../../../std/duration.ts";
import { isTimeout } from "../../rules/availability.ts";
import { watchedOutput } from "./watched-output.ts";
import { isMeasured } from "./engine.ts";
import { watch } from "./watch.ts";
import type { Judge } from "../../judgement.ts";
import { unjudged } from "../../subject.ts";

interface Metric {
  readonly key: string;
  readonly label: string;
  /** Milliseconds; undefined: does not exist for this observation. */
  readonly of: (observation: Observation) => number | undefined;
}

const fewestTokensForRate = 8;

/** Every run has it: it alone asks for runs beside the schedule, or their budget would count once for each metric. */
const wholeLabel = "total time";

/** What is timed. A new one is a row. */
const metrics: readonly Metric[] = [
  { key: "total", label: wholeLabel, of: ({ timings }) => timings.totalMs },
  {
    key: "first-content",
    label: "time to first content",
    of: ({ mode, timings }) => (mode === "stream" ? timings.firstContentMs : undefined),
  },
  {
    key: "largest-gap",
    label: "largest gap",
    of: largestGap,
  },
  { key: "per-token", label: "time per output token", of: perToken },
];

/** Pieces that come together are a millisecond apart at most: so short a silence is no different from none. */
function largestGap({ mode, outcome, timings }: Observation): number | undefined {
  const tokens = outcome.kind === "reply" ? outcome.usage?.completionTokens : undefined;
  if (mode !== "stream" || tokens === undefined || tokens < fewestTokensForRate) return undefined;
  return Math.max(1, timings.largestGapMs ?? 0);
}

/** Tokens as the provider counts them: chunks of a stream hold any number of them. */
function perToken({ mode, outcome, timings }: Observation): number | undefined {
  const tokens = outcome.kind === "reply" ? outcome.usage?.completionTokens : undefined;
  if (mode !== "stream" || timings.firstContentMs === undefined) return undefined;
  if (tokens === undefined || tokens < fewestTokensForRate) return undefined;
  return (timings.totalMs - timings.firstContentMs) / (tokens - 1);
}

/** Times that move away from their baseline by more than the floor, with the promised rate of false pages. */
export const latencyJudge: Judge = {
  aspect: "latency",
  seesTimeouts: true,
  seriesOf(observation, { polarity }) {
    const { outcome, call } = observation;
    if (polarity === "negative") return [];
    // A reply that did not come in time took at least as long: scores are by rank, so how much longer does not matter.
    if (isTimeout(outcome)) return [{ key: `${call}/total`, label: wholeLabel }];
    if (outcome.kind !== "reply" || outcome.status >= 300) return [];
    return metrics
      .filter((metric) => metric.of(observation) !== undefined)
      .map(({ key, label }) => ({ key: `${call}/${key}`, label }));
  },
  judge(input) {
    const { observation, policy, series } = input;
    if (observation.maxLoopDelayMs > policy.maxLoopDelayMs) return unjudged(input, "monitor overloaded");
    if (observation.attempts > 1) return unjudged(input, "retried");
    const value = metrics.find(({ label }) => label === series.label)?.of(observation);
    if (value === undefined || !isMeasured(value)) return unjudged(input, "not measured");
    // Faster replies are worth knowing, and no cause for waking anybody.
    const watched = watch(input, value, true, series.label === wholeLabel);
    return watchedOutput(input, watched, { format: formatDurationMs, pagesDown: false });
  },
};
