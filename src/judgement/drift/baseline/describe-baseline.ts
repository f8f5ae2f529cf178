import type { Aspect } from "../../../baseline/baseline.ts";
import type { JudgePolicy } from "../../../probe/probe.ts";
import type { Json } from "../../../std/json.ts";
import { type Known, knownSchema } from "../../contract/known.ts";
import { levelLines, rateLines, valuesLines } from "./describe-card.ts";
import { readFingerprint } from "../../../scenario/same-model/fingerprint.ts";
import { fingerprintLines } from "../../output/describe-fingerprint.ts";
import { readCounts } from "../counts/counts.ts";
import { readRate } from "../rate/error-bits.ts";
import { readReference } from "../learn/reference.ts";
import { type FalsePositiveFeedback, feedbackText } from "../level/false-positives.ts";
import { readAs } from "../../subject.ts";
import { type SeriesCard, cardOfSeries } from "./series-card.ts";

/** What a baseline says is normal, a line each, for people. Only what is still probed has a policy. */
export function describeBaseline(
  aspect: Aspect,
  label: string,
  learned: Json,
  policy: JudgePolicy | undefined,
  feedback: FalsePositiveFeedback = quiet,
  intervalMs?: number,
): string[] {
  const known = readKnown(learned);
  if (known !== undefined) return shapeLines(known);
  const fingerprint = readFingerprint(learned);
  if (fingerprint !== undefined) return fingerprintLines(fingerprint, policy);
  if (policy === undefined) return ["its probe is not in the configuration any more: nothing is promised of it"];
  const card = cardOfSeries(aspect, learned, policy, feedback, intervalMs);
  if (card !== undefined) return [...linesOf(card, label), ...feedbackLines(feedback)];
  return ["learned anew from the next runs"];
}

function linesOf(card: SeriesCard, label: string): readonly string[] {
  switch (card.kind) {
    case "level":
      return levelLines(card);
    case "rate":
      return rateLines(card, label);
    case "values":
      return valuesLines(card, label);
    default:
      return card satisfies never;
  }
}

function feedbackLines(feedback: FalsePositiveFeedback): readonly string[] {
  const said = feedbackText(feedback);
  return said === undefined ? [] : [said];
}

const quiet: FalsePositiveFeedback = { pages: 0, marginFactor: 1 };

const readKnown = (learned: Json): Known | undefined => readAs(knownSchema, learned);

const readers: Readonly<Record<Aspect, readonly ((learned: Json) => unknown)[]>> = {
  contract: [readKnown],
  "error-shape": [readKnown],
  latency: [readReference],
  usage: [readReference, readCounts],
  availability: [readRate],
  budget: [readReference],
  output: [readFingerprint],
};

/** Is it something that a judge of this aspect could have learned? */
export function isBaselineOf(aspect: Aspect, learned: Json): boolean {
  return readers[aspect].some((read) => read(learned) !== undefined);
}

const mostShown = 12;

function shapeLines({ n, paths, words, mayBeAbsent }: Known): string[] {
  const all = Object.entries(paths);
  const always = all.filter(([, { count }]) => count >= n).length;
  const vocabulary = Object.entries(words).map(
    ([name, counts]) => `${name}: ${Object.keys(counts).slice(0, mostShown).join(" or ")}`,
  );
  return [
    `${always} paths always there, ${all.length - always} in some of ${n} replies`,
    ...vocabulary,
    ...(mayBeAbsent.length === 0 ? [] : [`accepted to be absent: ${mayBeAbsent.slice(0, mostShown).join(", ")}`]),
    ...all
      .filter(([path]) => path.startsWith("$"))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, { count, kinds, classes, joined }]) => {
        const likeness = Object.keys(classes).slice(0, 4).join(", ");
        const of = joined?.of ?? n;
        const share = count >= of ? "" : `, in ${count} of ${of}`;
        return `  ${path}  ${Object.keys(kinds).join(" or ")}${likeness === "" ? "" : ` (${likeness})`}${share}`;
      }),
  ];
}
