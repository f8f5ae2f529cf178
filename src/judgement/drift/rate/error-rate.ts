import type { SeriesMemory } from "../../../baseline/baseline.ts";
import type { Observation } from "../../../observation/observation.ts";
import type { Scenario } from "../../../scenario/scenario.ts";
import { previousIn, withPrevious } from "../previous-baseline.ts";
import { evidenceFor } from "./bits.ts";
import {
  type Cluster,
  type ErrorBits,
  type Rate,
  countRate,
  freshErrorBits,
  isCounted,
  readErrorBits,
  readRate,
  stepErrors,
  usualAt,
} from "./error-bits.ts";
import { isJsonObject, type Json, toJson } from "../../../std/json.ts";
import { minuteText } from "../../../std/time.ts";
import type { NewNormal } from "../baseline/new-normal.ts";
import { cadenceMs } from "../level/cadence.ts";
import type { Finding, Judge, JudgeInput, JudgeOutput } from "../../judgement.ts";
import { subjectOf, unjudged } from "../../subject.ts";

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
  const isRefused = polarity === "positive" && (outcome.status >= 400 || outcome.error !== undefined);
  return attempts > 1 || outcome.status >= 500 || isRefused;
}

function learnRate(input: JudgeInput, failed: boolean): JudgeOutput {
  const { slotMs, policy } = input;
  const before = readLearning(input.memory?.state);
  const isNew = isCounted(before ?? {}, slotMs, failed);
  const rate = isNew || before === undefined ? countRate(before?.rate, slotMs, failed) : before.rate;
  const of = policy.drift.samples;
  const ruling = { subject: subjectOf(input), outcome: "unjudged", reason: `learning, ${rate.n} of ${of}` } as const;
  const clusterFromMs = failed && isNew ? slotMs : before?.clusterFromMs;
  if (rate.n < of) {
    const cluster = clusterFromMs === undefined ? {} : { clusterFromMs };
    return { ruling, state: { v: 1, n: rate.n, of, rate: toJson(rate), ...cluster, isFailing: failed } };
  }
  const accept = { learned: toJson(rate), n: rate.n, why: `${rate.k} of the first ${rate.n} runs failed` };
  return { ruling, state: stateOf(rate, freshErrorBits(slotMs)), accept };
}

function judgeRate(input: JudgeInput, usual: Rate, failed: boolean): JudgeOutput {
  const { slotMs, policy, cadence, memory } = input;
  const subject = subjectOf(input);
  const before = readWatching(memory?.state);
  const bits: ErrorBits = before?.bits ?? freshErrorBits(slotMs);
  const isNew = isCounted(bits, slotMs, failed);
  if (failed && isNew) bits.clusterFromMs = slotMs;
  bits.isFailing = failed;
  const samples = policy.drift.falsePageEveryMs / cadenceMs(cadence);
  const isRaised = isNew ? stepErrors(bits, usual, slotMs, failed, samples) : bits.held !== undefined;
  const counted = before?.rate ?? usual;
  const previous = previousIn(memory?.baseline?.learned, readRate);
  if (!isRaised || bits.held === undefined) {
    const rate = isNew ? countRate(counted, slotMs, failed) : counted;
    const back =
      previous === undefined || !isNew ? before?.back : stepReturn(before?.back ?? 0, usual, previous, failed);
    const ruling = { subject, outcome: "good" } as const;
    if (previous !== undefined && back !== undefined && back >= returnedAt) {
      const accept = {
        learned: withPrevious(previous, usual),
        n: previous.n,
        why: "what was normal before is normal again",
      };
      const notes = [findingOf(input, "informative", usual, `${percent(previous.k / previous.n)}, ${asBefore}`)];
      return { ruling: { ...ruling, notes }, state: stateOf(previous, freshErrorBits(slotMs)), accept };
    }
    const isQuiet = bits.run.cusum === 0;
    const accept =
      isQuiet && rate.n >= growth * usual.n
        ? { learned: withPrevious(rate, previous), n: rate.n, why: `${rate.k} of ${rate.n} runs failed` }
        : undefined;
    return { ruling, state: stateOf(rate, bits, { back }), accept };
  }
  const { sinceMs, rate } = bits.held;
  // From the estimated time of the change on: what a person may accept as the new normal.
  const { n, k } = bits.run;
  const heldOut = before?.heldOut === undefined ? { n, k, fromMs: sinceMs, toMs: slotMs } : before.heldOut;
  const isAdded = isNew && before?.heldOut !== undefined;
  const state = stateOf(counted, bits, { heldOut: isAdded ? countRate(heldOut, slotMs, failed) : heldOut });
  const mayPage = usual.toMs - usual.fromMs >= policy.drift.pageAfterMs;
  const observed = `${percent(rate)}, since ${minuteText(sinceMs)}`;
  const finding = findingOf(input, mayPage ? "risky" : "informative", usualAt(usual, slotMs), observed);
  return { ruling: { subject, outcome: "bad", findings: [finding], isConfirmed: mayPage }, state };
}

const asBefore = "back to the previous baseline";

function findingOf(
  { memory }: JudgeInput,
  severity: Finding["severity"],
  { n, k }: Pick<Rate, "n" | "k">,
  observed: string,
): Finding {
  const baselineVersion = memory?.baseline?.version;
  return { kind: "availability", severity, subject: "error rate", expected: percent(k / n), observed, baselineVersion };
}

function readLearning(state: Json | undefined): (Cluster & { readonly rate: Rate }) | undefined {
  if (!isJsonObject(state) || state["v"] !== 1) return undefined;
  const rate = readRate(state["rate"]);
  const clusterFromMs = state["clusterFromMs"];
  const isFailing = state["isFailing"] === true;
  return rate && { rate, isFailing, clusterFromMs: typeof clusterFromMs === "number" ? clusterFromMs : undefined };
}

/** e^10 to one, as for levels: a baseline is not changed by a quiet hour. */
const returnedAt = 10;

/** CUSUM of the evidence that the rate is the previous baseline's again, after one more run. */
function stepReturn(before: number, usual: Rate, previous: Rate, failed: boolean): number {
  return Math.max(0, before + evidenceFor(shareOf(previous), shareOf(usual), failed));
}

/** Never 0 nor 1: half a run for either. */
function shareOf({ n, k }: Rate): number {
  return (k + 0.5) / (n + 1);
}

interface Watching {
  readonly rate: Rate;
  readonly bits: ErrorBits;
  /** While the rate is raised: the runs since the change. */
  readonly heldOut?: Rate | undefined;
  /** Evidence that the rate is again what it was before a person accepted another. */
  readonly back?: number | undefined;
}

function readWatching(state: Json | undefined): Watching | undefined {
  if (!isJsonObject(state) || state["v"] !== 1) return undefined;
  const rate = readRate(state["rate"]);
  const bits = readErrorBits(state["bits"]);
  const { back } = state;
  return (
    rate &&
    bits && { rate, bits, heldOut: readRate(state["heldOut"]), back: typeof back === "number" ? back : undefined }
  );
}

function stateOf(rate: Rate, bits: ErrorBits, { heldOut, back }: Pick<Watching, "heldOut" | "back"> = {}): Json {
  const rest = { ...(heldOut && { heldOut: toJson(heldOut) }), ...(back === undefined ? {} : { back }) };
  return { v: 1, rate: toJson(rate), bits: toJson(bits), ...rest };
}

/**
 * "This is normal from now on": the rate since the estimated time of the change, the old one as its previous; with too few
 * runs the beginning of a new baseline. undefined: no raised rate is reported.
 */
export function acceptRate({ baseline, state }: SeriesMemory, fewest: number): NewNormal | undefined {
  const usual = readRate(baseline?.learned);
  const heldOut = readWatching(state)?.heldOut;
  if (usual === undefined || heldOut === undefined) return undefined;
  if (heldOut.n < fewest)
    return { learned: null, n: heldOut.n, state: { v: 1, n: heldOut.n, of: fewest, rate: toJson(heldOut) } };
  return { learned: withPrevious(heldOut, usual), n: heldOut.n, state: stateOf(heldOut, freshErrorBits(heldOut.toMs)) };
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} % of runs`;
}
