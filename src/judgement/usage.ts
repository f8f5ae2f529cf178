import type { Usage } from "../observation/observation.ts";
import { type Categories, freshCategories, readCategories, stepCategories } from "./detect/categories.ts";
import { type Counts, countIn, isVaried, noCounts, readCounts } from "./detect/counts.ts";
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
const growth = 2;

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
    const learned = countIn(countsLearned(input.memory?.state) ?? noCounts, String(value), input.slotMs);
    const { n } = learned;
    const of = input.policy.drift.samples;
    const ruling = { subject, outcome: "unjudged", reason: `learning, ${n} of ${of}` } as const;
    if (n < of) return { ruling, state: { v: 2, of, ...storedCounts(learned) } };
    return {
      ruling,
      state: { v: 2 },
      accept: { learned: storedCounts(learned), n, why: `learned from the first ${n} runs` },
    };
  }
  if (isVaried(known)) return unjudged(input, `${input.series.label} vary by themselves`);
  const seen = value === undefined ? "unknown" : String(value);
  const before = readWatching(input.memory?.state);
  const categories: Categories = before?.categories ?? freshCategories();
  const samples = input.policy.drift.falsePageEveryMs / cadenceMs(input.cadence);
  const held = stepCategories(categories, known, seen, samples);
  // What is told counts as well: what comes and goes by itself is told again and again otherwise. Only what has ended is
  // ever made a baseline of, and a value of one bad night is told again when it is more than seldom.
  const counts = countIn(before?.counts ?? known, seen, input.slotMs);
  const watching = (of: Categories): Json => ({ v: 2, categories: stored(of), counts: storedCounts(counts) });
  if (held === undefined && known.counts[seen] !== undefined) {
    const good = { subject, outcome: "good" } as const;
    if (counts.n < growth * known.n) return { ruling: good, state: watching(categories) };
    const accept = { learned: storedCounts(counts), n: counts.n, why: `learned from ${counts.n} runs` };
    return { ruling: good, state: watching(freshCategories()), accept };
  }
  const finding: Finding = {
    kind: "usage",
    severity: held === undefined ? "informative" : "risky",
    subject: input.series.label,
    expected: expectedOf(known),
    observed: held === undefined ? seen : held.kind === "new" ? held.value : `${held.value} more often`,
    baselineVersion: baseline?.version,
  };
  const ruling = { subject, outcome: "bad", findings: [finding], isConfirmed: held !== undefined } as const;
  return { ruling, state: watching(categories) };
}

function stored(categories: Categories): Json {
  return categories as unknown as Json;
}

function storedCounts(counts: Counts): { readonly [field: string]: Json } {
  return counts as unknown as { readonly [field: string]: Json };
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
