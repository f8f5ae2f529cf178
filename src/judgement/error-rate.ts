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
  const isNew = isCounted(before?.lastFailedMs, slotMs, failed);
  const rate = isNew || before === undefined ? countRate(before?.rate, slotMs, failed) : before.rate;
  const of = policy.drift.samples;
  const ruling = { subject: subjectOf(input), outcome: "unjudged", reason: `learning, ${rate.n} of ${of}` } as const;
  const lastFailedMs = failed ? slotMs : (before?.lastFailedMs ?? null);
  if (rate.n < of)
    return { ruling, state: { v: 1, n: rate.n, of, rate, ...(lastFailedMs === null ? {} : { lastFailedMs }) } };
  const accept = { learned: rate, n: rate.n, why: `${rate.k} of the first ${rate.n} runs failed` };
  return { ruling, state: { v: 1, rate, bits: stored(freshErrorBits(slotMs)) }, accept };
}

function judgeRate(input: JudgeInput, usual: Rate, failed: boolean): JudgeOutput {
  const { slotMs, policy, cadence, memory } = input;
  const subject = subjectOf(input);
  const before = readWatching(memory?.state);
  const bits: ErrorBits = before?.bits ?? freshErrorBits(slotMs);
  const isNew = isCounted(bits.lastFailedMs, slotMs, failed);
  if (failed) bits.lastFailedMs = slotMs;
  const samples = policy.drift.falsePageEveryMs / cadenceMs(cadence);
  const isRaised = isNew ? stepErrors(bits, usual, slotMs, failed, samples) : bits.held !== undefined;
  const counted = before?.rate ?? usual;
  const rate = isNew && !isRaised ? countRate(counted, slotMs, failed) : counted;
  const state = { v: 1, rate, bits: stored(bits) };
  if (!isRaised || bits.held === undefined) {
    const isQuiet = bits.run.cusum === 0;
    const accept =
      isQuiet && rate.n >= growth * usual.n
        ? { learned: rate, n: rate.n, why: `${rate.k} of ${rate.n} runs failed` }
        : undefined;
    return { ruling: { subject, outcome: "good" }, state, accept };
  }
  const { held } = bits;
  const mayPage = usual.toMs - usual.fromMs >= policy.drift.pageAfterMs;
  const finding: Finding = {
    kind: "availability",
    severity: mayPage ? "risky" : "informative",
    subject: "error rate",
    expected: percent(usual.k / usual.n),
    observed: `${percent(held.rate)}, since ${new Date(held.sinceMs).toISOString().slice(0, 16).replace("T", " ")} UTC`,
    baselineVersion: memory?.baseline?.version,
  };
  return { ruling: { subject, outcome: "bad", findings: [finding], isConfirmed: mayPage }, state };
}

function readLearning(state: Json | undefined): { rate: Rate; lastFailedMs: number | undefined } | undefined {
  if (!isJsonObject(state) || state["v"] !== 1) return undefined;
  const rate = readRate(state["rate"]);
  const lastFailedMs = state["lastFailedMs"];
  return rate && { rate, lastFailedMs: typeof lastFailedMs === "number" ? lastFailedMs : undefined };
}

function readWatching(state: Json | undefined): { rate: Rate; bits: ErrorBits } | undefined {
  if (!isJsonObject(state) || state["v"] !== 1) return undefined;
  const rate = readRate(state["rate"]);
  const bits = readErrorBits(state["bits"]);
  return rate && bits && { rate, bits };
}

function stored(bits: ErrorBits): Json {
  return bits as unknown as Json;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} % of runs`;
}
