import type { FindingKind } from "../judgement/judgement.ts";
import type { DriftName } from "../testbed/drifts.ts";

/** One change of the provider and the incident that must come of it. */
export interface StoryStep {
  readonly drift: DriftName;
  readonly kind: FindingKind;
  /** Where it can show; an alert about any other scenario is a false one. */
  readonly shows: Where;
}

/** `except` leaves room for scenarios that a person adds to the demo. */
export type Where = { readonly only: readonly string[] } | { readonly except: readonly string[] };

export function showsOn(where: Where, scenario: string): boolean {
  return "only" in where ? where.only.includes(scenario) : !where.except.includes(scenario);
}

const refused = ["invalid-key", "missing-model"] as const;

export const storySteps: readonly StoryStep[] = [
  { drift: "field-removed", kind: "contract", shows: { except: ["streamed-request", ...refused] } },
  { drift: "error-envelope", kind: "error-shape", shows: { only: refused } },
  { drift: "prompt-tokens", kind: "usage", shows: { except: refused } },
  { drift: "latency-doubled", kind: "latency", shows: { except: [] } },
];

/** Everything here is in milliseconds since the demo began. */
export interface StoryPace {
  /** Drifts begin by then, learned or not: a baseline that never comes must not hang the demo. */
  readonly learnByMs: number;
  /** How long all is well on the screen before the first drift. */
  readonly calmMs: number;
  /** Between two drifts: at least this, and at most that when the first is not found. */
  readonly shortestStepMs: number;
  readonly longestStepMs: number;
  /** After an alert and before the next drift: time to read, and to hear what else may come of it. */
  readonly readMs: number;
  /** After the last drift was found, for whatever else is still going to be reported. */
  readonly quietMs: number;
  readonly endMs: number;
}

/** `limitMs` is when the result must have been told. */
export function storyPace(limitMs: number): StoryPace {
  return {
    learnByMs: limitMs / 2,
    calmMs: 2000,
    shortestStepMs: 4000,
    longestStepMs: 10_000,
    readMs: 2500,
    quietMs: 5000,
    endMs: Math.max(limitMs / 2, limitMs - 4000),
  };
}

export interface StoryFacts {
  readonly elapsedMs: number;
  /** When the last baseline was learned. */
  readonly learnedAtMs: number | undefined;
  /** In order: when each drift was injected and when its first alert came. */
  readonly drifts: readonly {
    readonly injectedAtMs: number;
    readonly foundAtMs: number | undefined;
  }[];
}

export type StoryMove =
  | { readonly kind: "wait" }
  | { readonly kind: "inject"; readonly step: StoryStep }
  | { readonly kind: "finish" };

/** What is to be done now. Pure. */
export function nextMove(facts: StoryFacts, pace: StoryPace, steps: readonly StoryStep[] = storySteps): StoryMove {
  const { elapsedMs, drifts } = facts;
  if (elapsedMs >= pace.endMs) return { kind: "finish" };
  const step = steps[drifts.length];
  if (step === undefined) {
    const lastFoundAtMs = Math.max(...drifts.map(({ foundAtMs }) => foundAtMs ?? Number.POSITIVE_INFINITY));
    return elapsedMs >= lastFoundAtMs + pace.quietMs ? { kind: "finish" } : { kind: "wait" };
  }
  return elapsedMs >= dueAtMs(facts, pace) ? { kind: "inject", step } : { kind: "wait" };
}

/** When the next drift is due, as far as is known now. */
function dueAtMs({ learnedAtMs, drifts }: StoryFacts, pace: StoryPace): number {
  const last = drifts.at(-1);
  if (last === undefined) {
    return Math.min(pace.learnByMs, learnedAtMs === undefined ? Number.POSITIVE_INFINITY : learnedAtMs + pace.calmMs);
  }
  const earliestMs = last.injectedAtMs + pace.shortestStepMs;
  const readAtMs = last.foundAtMs === undefined ? Number.POSITIVE_INFINITY : last.foundAtMs + pace.readMs;
  return Math.min(Math.max(earliestMs, readAtMs), last.injectedAtMs + pace.longestStepMs);
}
