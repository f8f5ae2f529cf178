import type { Usage } from "../observation/observation.ts";
import {
  type Categories,
  type Counts,
  countIn,
  freshCategories,
  isVaried,
  readCategories,
  readCounts,
  stepCategories,
} from "./detect/categories.ts";
import { isJsonObject, type Json } from "../std/json.ts";
import { isMeasured } from "./detect/engine.ts";
import { cadenceMs, watch } from "./detect/watch.ts";
import { watchedOutput } from "./detect/watched-output.ts";
import type { Finding, Judge, JudgeInput, JudgeOutput } from "./judgement.ts";
import { subjectOf, unjudged } from "./learned.ts";

interface Metric {
  readonly key: string;
  readonly label: string;
  readonly of: (usage: Usage) => number | undefined;
  /** The same request has one number, or a few; otherwise it is measured like a time. */
  readonly isFixed: boolean;
}

/** Tokens as the provider reports them, each a series of its own. */
const metrics: readonly Metric[] = [
  { key: "prompt-tokens", label: "prompt tokens", of: ({ promptTokens }) => promptTokens, isFixed: true },
  { key: "cached-tokens", label: "cached tokens", of: ({ cachedTokens }) => cachedTokens, isFixed: true },
  { key: "reasoning-tokens", label: "reasoning tokens", of: ({ reasoningTokens }) => reasoningTokens, isFixed: false },
  {
    key: "completion-tokens",
    label: "completion tokens",
    of: ({ completionTokens }) => completionTokens,
    isFixed: false,
  },
];

/** A baseline is replaced by one of this many times its samples. */
const growth = 4;

/** The same prompt costs the same prompt tokens, and answers of about the same length. What is unknown is never 0. */
export const usageJudge: Judge = {
  aspect: "usage",
  seriesOf({ outcome, call }, { polarity }) {
    if (outcome.kind !== "reply" || polarity === "negative" || outcome.status >= 300) return [];
    const { usage = {} } = outcome;
    return metrics
      .filter(({ key, of }) => key === "prompt-tokens" || of(usage) !== undefined)
      .map(({ key, label }) => ({ key: `${call}/${key}`, label }));
  },
  judge(input) {
    const { outcome } = input.observation;
    const metric = metrics.find(({ label }) => label === input.series.label);
    const value = outcome.kind === "reply" && outcome.usage !== undefined ? metric?.of(outcome.usage) : undefined;
    if (metric?.isFixed === true) return judgeFixed(input, value);
    if (value === undefined || !isMeasured(value)) return unjudged(input, "no tokens of this kind");
    return watchedOutput(input, watch(input, value), { format: (tokens) => tokens.toFixed(0), pagesDown: true });
  },
};

function judgeFixed(input: JudgeInput, value: number | undefined): JudgeOutput {
  const subject = subjectOf(input);
  const { baseline } = input.memory ?? {};
  const known = readCounts(baseline?.learned);
  if (known === undefined) {
    if (value === undefined) return unjudged(input, "usage unknown");
    const { n, counts } = countIn(countsLearned(input.memory?.state) ?? { n: 0, counts: {} }, String(value));
    const of = input.policy.drift.samples;
    const ruling = { subject, outcome: "unjudged", reason: `learning, ${n} of ${of}` } as const;
    if (n < of) return { ruling, state: { v: 2, n, of, counts: bounded(counts) } };
    return { ruling, state: { v: 2 }, accept: { learned: { n, counts }, n, why: `learned from the first ${n} runs` } };
  }
  if (isVaried(known)) return unjudged(input, `${input.series.label} vary by themselves`);
  const seen = value === undefined ? "unknown" : String(value);
  const before = readWatching(input.memory?.state);
  const categories: Categories = before?.categories ?? freshCategories();
  const samples = input.policy.drift.falsePageEveryMs / cadenceMs(input.cadence);
  const alarm = stepCategories(categories, known, seen, samples);
  const isNew = known.counts[seen] === undefined;
  const isGood = alarm === undefined && !isNew;
  const counts = isGood ? countIn(before?.counts ?? known, seen) : (before?.counts ?? known);
  const state = { v: 2, categories: { ...categories, alarm: alarm ?? null }, counts };
  if (isGood) {
    const accept =
      counts.n < growth * known.n ? undefined : { learned: counts, n: counts.n, why: `the same in ${counts.n} runs` };
    return { ruling: { subject, outcome: "good" }, state, accept };
  }
  const finding: Finding = {
    kind: "usage",
    severity: alarm === undefined ? "informative" : "risky",
    subject: input.series.label,
    expected: expectedOf(known),
    observed: alarm === "frequency" ? `${seen} more often` : seen,
    baselineVersion: baseline?.version,
  };
  return { ruling: { subject, outcome: "bad", findings: [finding], isConfirmed: alarm !== undefined }, state };
}

function countsLearned(state: Json | undefined): Counts | undefined {
  return isJsonObject(state) && state["v"] === 2 ? readCounts(state) : undefined;
}

/** `counts` goes on where the baseline ended: more of the same makes it say more with less. */
function readWatching(state: Json | undefined): { categories: Categories; counts: Counts | undefined } | undefined {
  if (!isJsonObject(state) || state["v"] !== 2) return undefined;
  const categories = readCategories(state["categories"]);
  return categories === undefined ? undefined : { categories, counts: readCounts(state["counts"]) };
}

function expectedOf({ counts }: Counts): string {
  return Object.keys(counts)
    .toSorted((a, b) => Number(a) - Number(b))
    .join(" or ");
}

/** A value that varies by itself needs no full list to be known as such. */
function bounded(counts: Counts["counts"]): Counts["counts"] {
  return Object.fromEntries(Object.entries(counts).slice(0, mostListed));
}

const mostListed = 64;
