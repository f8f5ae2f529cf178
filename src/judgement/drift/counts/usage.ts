import type { Usage } from "../../../probe/usage.ts";
import { isVaried, readCounts } from "./counts.ts";
import { readReference } from "../learn/reference.ts";
import { watch } from "../level/watch.ts";
import { watchedOutput } from "../level/watched-output.ts";
import type { Finding, Judge, JudgeInput } from "../../judgement.ts";
import { unjudged } from "../../subject.ts";
import { judgeCounts } from "./token-counts.ts";

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
    if (metric?.isFixed === true && !isMeasuredSeries(input))
      return judgeCounts(input, value, metric.isEstimated === true ? apartFrom(input, value) : []);
    if (value === undefined || value < 0) return unjudged(input, "no tokens of this kind");
    // One more than there are: from none to some is a move like any other.
    const watched = watch(input, value + 1, false);
    return watchedOutput(input, watched, { format: (tokens) => (tokens - 1).toFixed(0), pagesDown: true });
  },
};

/** Values that are too many to count, as of a prompt with a nonce, are measured like a time. */
function isMeasuredSeries({ memory }: JudgeInput): boolean {
  const learned = memory?.baseline?.learned;
  const known = readCounts(learned);
  return known === undefined ? readReference(learned) !== undefined : isVaried(known);
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
