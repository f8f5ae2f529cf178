import type { SeriesMemory } from "../baseline/baseline.ts";
import type { Usage } from "../observation/observation.ts";
import { type Categories, freshCategories, readCategories, stepCategories } from "./detect/categories.ts";
import { type Counts, countIn, isVaried, noCounts, readCounts, without } from "./detect/counts.ts";
import { shadowCountsIn, withShadow } from "./detect/accepted-bits.ts";
import { isJsonObject, type Json } from "../std/json.ts";
import { isMeasured } from "./detect/engine.ts";
import type { NewNormal } from "./detect/new-normal.ts";
import { cadenceMs, watch } from "./detect/watch.ts";
import { watchedOutput } from "./detect/watched-output.ts";
import type { Finding, Judge, JudgeInput, JudgeOutput } from "./judgement.ts";
import { subjectOf, unjudged } from "./learned.ts";

interface Metric {
  readonly key: string;
  readonly label: string;
  readonly of: (usage: Usage) => number | undefined;
  /** Compared with a count of our own. */
  readonly isEstimated?: boolean;
  /** The same request has one number, or a few; otherwise it is measured like a time. */
  readonly isFixed: boolean;
}

/** Tokens as the provider reports them, each a series of its own. */
const metrics: readonly Metric[] = [
  {
    key: "prompt-tokens",
    label: "prompt tokens",
    of: ({ promptTokens }) => promptTokens,
    isFixed: true,
    isEstimated: true,
  },
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
    if (metric?.isFixed === true) return judgeFixed(input, metric, value);
    if (value === undefined || !isMeasured(value)) return unjudged(input, "no tokens of this kind");
    return watchedOutput(input, watch(input, value), { format: (tokens) => tokens.toFixed(0), pagesDown: true });
  },
};

function judgeFixed(input: JudgeInput, metric: Metric, value: number | undefined): JudgeOutput {
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
  const counts = countsAfter(before?.counts ?? known, known, seen, categories, input.slotMs);
  const aside =
    held === undefined && known.counts[seen] !== undefined
      ? undefined
      : countIn(before?.aside ?? noCounts, seen, input.slotMs);
  const shadow = shadowCountsIn(baseline?.learned);
  if (held === undefined && known.counts[seen] !== undefined) {
    const apart = metric.isEstimated === true ? apartFrom(input, value) : [];
    const good = { subject, outcome: "good", ...(apart.length > 0 && { notes: apart }) } as const;
    if (counts.n < growth * known.n) return { ruling: good, state: stateOf(categories, counts) };
    const accept = { learned: withShadow(counts, shadow), n: counts.n, why: `learned from ${counts.n} runs` };
    return { ruling: good, state: stateOf({ ...freshCategories(), ended: categories.ended }, counts), accept };
  }
  const observed = held?.kind === "frequency" ? `${held.value} more often` : (held?.value ?? seen);
  const finding: Finding = {
    kind: "usage",
    severity: held === undefined ? "informative" : "risky",
    subject: input.series.label,
    expected: expectedOf(known),
    observed,
    baselineVersion: baseline?.version,
  };
  const bad = { subject, outcome: "bad" } as const;
  if (shadow !== undefined && held?.kind === "new" && shadow.counts[held.value] !== undefined) {
    const accept = { learned: withShadow(shadow, known), n: shadow.n, why: "what was normal before is normal again" };
    const back = {
      ...finding,
      severity: "informative",
      observed: `${observed}, as before the normal was accepted`,
    } as const;
    return { ruling: { ...bad, findings: [back] }, state: stateOf(freshCategories(), shadow), accept };
  }
  const ruling = { ...bad, findings: [finding], isConfirmed: held !== undefined };
  return { ruling, state: stateOf(categories, counts, aside) };
}

/** What has come and gone so often is the series' own: not learned, it would be told for ever. */
const oftenEnough = 3;

/**
 * What the next baseline may be made of: a new value counts while it is seldom, and no longer when it is told. What is
 * told is not learned from, unless it keeps coming and going by itself.
 */
function countsAfter(
  before: Counts,
  known: Counts,
  seen: string,
  { held, ended = 0 }: Categories,
  atMs: number,
): Counts {
  if (held === undefined || ended >= oftenEnough) return countIn(before, seen, atMs);
  return held.kind === "new" && known.counts[held.value] === undefined ? without(before, held.value) : before;
}

/** Frames of messages differ from model to model, and the vocabulary is a name's promise: worth knowing, no more. */
const estimateMargin = { tokens: 8, share: 0.1 };

/** Tokens beyond the prompt that was sent: a provider's own instructions, or another tokenizer than it says. */
function apartFrom({ observation, memory }: JudgeInput, reported: number | undefined): readonly Finding[] {
  const { estimatedPromptTokens: own } = observation;
  if (own === undefined || reported === undefined) return [];
  if (Math.abs(reported - own) <= Math.max(estimateMargin.tokens, estimateMargin.share * own)) return [];
  const finding: Finding = {
    kind: "usage",
    severity: "informative",
    subject: "prompt tokens",
    expected: `about ${own} by a count of our own`,
    observed: `${reported}: the provider adds to the prompt, or counts otherwise`,
    baselineVersion: memory?.baseline?.version,
  };
  return [finding];
}

function stateOf(categories: Categories, counts: Counts, aside?: Counts): Json {
  const rest = aside === undefined ? {} : { aside: storedCounts(aside) };
  return { v: 2, categories: stored(categories), counts: storedCounts(counts), ...rest };
}

/**
 * "This is normal from now on": the values since the first that was not usual, the old ones as their shadow; with too few
 * runs the beginning of a new baseline. undefined: nothing is told.
 */
export function acceptCounts({ baseline, state }: SeriesMemory, fewest: number): NewNormal | undefined {
  const known = readCounts(baseline?.learned);
  const watching = readWatching(state);
  if (known === undefined || watching?.aside === undefined || watching.categories.held === undefined) return undefined;
  const { aside } = watching;
  if (aside.n < fewest) return { learned: null, n: aside.n, state: { v: 2, of: fewest, ...storedCounts(aside) } };
  return { learned: withShadow(aside, known), n: aside.n, state: stateOf(freshCategories(), aside) };
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

interface Watching {
  readonly categories: Categories;
  /** Goes on where the baseline ended: more of the same makes it say more with less. */
  readonly counts: Counts | undefined;
  /** The values since the first that was not usual. */
  readonly aside: Counts | undefined;
}

function readWatching(state: Json | undefined): Watching | undefined {
  if (!isJsonObject(state) || state["v"] !== 2) return undefined;
  const categories = readCategories(state["categories"]);
  return categories && { categories, counts: readCounts(state["counts"]), aside: readCounts(state["aside"]) };
}

function expectedOf({ counts }: Counts): string {
  return Object.keys(counts)
    .toSorted((a, b) => Number(a) - Number(b))
    .join(" or ");
}
