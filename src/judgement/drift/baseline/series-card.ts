import type { Aspect } from "../../../baseline/baseline.ts";
import type { DriftPolicy, JudgePolicy } from "../../../probe/probe.ts";
import type { Json } from "../../../std/json.ts";
import { type BaselineCard, cardOf } from "../level/card.ts";
import { readCounts } from "../counts/counts.ts";
import { readRate } from "../rate/error-bits.ts";
import { rateCardOf, type ShareFound } from "../rate/rate-card.ts";
import type { FalsePositiveFeedback } from "../level/false-positives.ts";
import { readReference } from "../learn/reference.ts";
import { valuesCardOf } from "../counts/values-card.ts";

/** What is promised of a series. */
export interface Promised {
  readonly mayPage: boolean;
  /** In force for this series, and where it comes from when it is divided among several. */
  readonly falsePageEveryMs: number;
  readonly shared?: DriftPolicy["shared"];
}

/** A series of amounts. */
export interface LevelCard extends BaselineCard {
  readonly kind: "level";
  readonly unit: "ms" | "tokens" | "microUsd";
}

/** A series of runs that fail or do not. */
export interface RateCard extends Promised {
  readonly kind: "rate";
  readonly n: number;
  readonly failed: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Upper 95 % bound of the share that fails, from 0 to 1: no more than that is reported. At its worst part of the day. */
  readonly upTo: number;
  /** The same at its best. */
  readonly upToAtLeast: number;
  readonly findsAfterMs: readonly ShareFound[];
}

/** A series of a few values that come again and again, such as the prompt tokens of a fixed prompt. */
export interface ValuesCard extends Promised {
  readonly kind: "values";
  readonly n: number;
  /** Value to how often it was seen. */
  readonly counts: Readonly<Record<string, number>>;
  /** How long a count that is so many times the most frequent takes to be found; undefined: not known, or it is usual. */
  readonly findsAfterMs: readonly { readonly ratio: number; readonly afterMs: number | undefined }[];
}

export type SeriesCard = LevelCard | RateCard | ValuesCard;

const unitOf = {
  latency: "ms",
  usage: "tokens",
  budget: "microUsd",
} as const satisfies Partial<Record<Aspect, LevelCard["unit"]>>;

/** The card of what a baseline has learned, from runs so far apart; undefined: it has learned a shape, or nothing yet. */
export function cardOfSeries(
  aspect: Aspect,
  learned: Json,
  policy: JudgePolicy,
  feedback: FalsePositiveFeedback,
  intervalMs?: number,
): SeriesCard | undefined {
  switch (aspect) {
    case "latency":
    case "usage":
    case "budget": {
      const reference = readReference(learned);
      if (reference === undefined) {
        const counts = readCounts(learned);
        return counts && { kind: "values", ...valuesCardOf(counts, policy.drift, intervalMs) };
      }
      return { kind: "level", unit: unitOf[aspect], ...cardOf(reference, policy, feedback.marginFactor) };
    }
    case "availability": {
      const rate = readRate(learned);
      return rate && { kind: "rate", ...rateCardOf(rate, policy.drift) };
    }
    case "contract":
    case "error-shape":
    case "output":
      return undefined;
    default:
      return aspect satisfies never;
  }
}
