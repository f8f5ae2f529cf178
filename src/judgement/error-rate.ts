import type { Observation } from "../observation/observation.ts";
import type { Scenario } from "../scenario/scenario.ts";
import {
  type ErrorBits,
  type Rate,
  countRate,
  freshErrorBits,
  isCounted,
  readErrorBits,
  readRate,
  stepErrors,
  usualAt,
} from "./detect/error-bits.ts";
import { isJsonObject, type Json } from "../std/json.ts";
import { cadenceMs } from "./detect/watch.ts";
import type { Finding, Judge, JudgeInput, JudgeOutput } from "./judgement.ts";
import { subjectOf, unjudged } from "./learned.ts";

/** A baseline is replaced by one of this many times its runs. */
const growth = 4;

/** Failures that are too few in a row for an outage and too many for what is usual. Sees runs that failed as well. */
export const errorRateJudge: Judge = {
  aspect: "availability",
  seesFailures: true,
  seriesOf: ({ call }) => [{ key: `${call}/error-rate`, label: "error rate" }],
  judge(input) {
    const failed = hasFailed(input.observation, input.scenario);
    if (failed === undefined) return unjudged(input, "nothing was sent");
    const usual = readRate(input.memory?.baseline?.learned);
    return usual === undefined ? learnRate(input, failed) : judgeRate(input, usual, failed);
  },
};

/** A retried success has failed once. undefined: says nothing. */
function hasFailed({ outcome, attempts }: Observation, { polarity }: Scenario): boolean | undefined {
  if (outcome.kind === "fault") return outcome.class === "circuit-open" ? undefined : true;
  return attempts > 1 || outcome.status >= 500 || (polarity === "positive" && outcome.status >= 400);
}

function learnRate(input: JudgeInput, failed: boolean): JudgeOutput {
  const { slotMs, policy } = input;
  const before = readLearning(input.memory?.state);
  const isNew = isCounted(before?.clusterFromMs, slotMs, failed);
  const rate = isNew || before === undefined ? countRate(before?.rate, slotMs, failed) : before.rate;
  const of = policy.drift.samples;
  const ruling = { subject: subjectOf(input), outcome: "unjudged", reason: `learning, ${rate.n} of ${of}` } as const;
  const clusterFromMs = failed && isNew ? slotMs : before?.clusterFromMs;
  if (rate.n < of) {
    const cluster = clusterFromMs === undefined ? {} : { clusterFromMs };
    return { ruling, state: { v: 1, n: rate.n, of, rate: stored(rate), ...cluster } };
  }
  const accept = { learned: stored(rate), n: rate.n, why: `${rate.k} of the first ${rate.n} runs failed` };
  return { ruling, state: { v: 1, rate: stored(rate), bits: stored(freshErrorBits(slotMs)) }, accept };
}

function judgeRate(input: JudgeInput, usual: Rate, failed: boolean): JudgeOutput {
  const { slotMs, policy, cadence, memory } = input;
  const subject = subjectOf(input);
  const before = readWatching(memory?.state);
  const bits: ErrorBits = before?.bits ?? freshErrorBits(slotMs);
  const isNew = isCounted(bits.clusterFromMs, slotMs, failed);
  if (failed && isNew) bits.clusterFromMs = slotMs;
  const samples = policy.drift.falsePageEveryMs / cadenceMs(cadence);
  const isRaised = isNew ? stepErrors(bits, usual, slotMs, failed, samples) : bits.held !== undefined;
  const counted = before?.rate ?? usual;
  const rate = isNew && !isRaised ? countRate(counted, slotMs, failed) : counted;
  const state = { v: 1, rate: stored(rate), bits: stored(bits) };
  if (!isRaised || bits.held === undefined) {
    const isQuiet = bits.run.cusum === 0;
    const accept =
      isQuiet && rate.n >= growth * usual.n
        ? { learned: stored(rate), n: rate.n, why: `${rate.k} of ${rate.n} runs failed` }
        : undefined;
    return { ruling: { subject, outcome: "good" }, state, accept };
  }
  const { held } = bits;
  const expected = usualAt(usual, slotMs);
  const mayPage = usual.toMs - usual.fromMs >= policy.drift.pageAfterMs;
  const finding: Finding = {
    kind: "availability",
    severity: mayPage ? "risky" : "informative",
    subject: "error rate",
    expected: percent(expected.k / expected.n),
    observed: `${percent(held.rate)}, since ${new Date(held.sinceMs).toISOString().slice(0, 16).replace("T", " ")} UTC`,
    baselineVersion: memory?.baseline?.version,
  };
  return { ruling: { subject, outcome: "bad", findings: [finding], isConfirmed: mayPage }, state };
}

function readLearning(state: Json | undefined): { rate: Rate; clusterFromMs: number | undefined } | undefined {
  if (!isJsonObject(state) || state["v"] !== 1) return undefined;
  const rate = readRate(state["rate"]);
  const clusterFromMs = state["clusterFromMs"];
  return rate && { rate, clusterFromMs: typeof clusterFromMs === "number" ? clusterFromMs : undefined };
}

function readWatching(state: Json | undefined): { rate: Rate; bits: ErrorBits } | undefined {
  if (!isJsonObject(state) || state["v"] !== 1) return undefined;
  const rate = readRate(state["rate"]);
  const bits = readErrorBits(state["bits"]);
  return rate && bits && { rate, bits };
}

function stored(kept: ErrorBits | Rate): Json {
  return kept as unknown as Json;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} % of runs`;
}
