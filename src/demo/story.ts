import type { FindingKind } from "../judgement/judgement.ts";
import type { DriftName } from "../testbed/drifts.ts";

/** One change of the provider and the incident it must cause. */
export interface StoryStep {
  readonly drift: DriftName;
  readonly kind: FindingKind;
  /** What follows from it elsewhere. */
  readonly consequence?: FindingKind;
  /** Where it can appear; an alert about any other scenario is false. */
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
  { drift: "prompt-tokens", kind: "usage", consequence: "budget", shows: { except: refused } },
  { drift: "latency-doubled", kind: "latency", shows: { except: [] } },
  { drift: "model-swapped", kind: "output", shows: { only: ["same-model"] } },
];

/** Everything here is in milliseconds since the demo began. */
export interface StoryPace {
  /** How long everything is healthy before the first drift. */
  readonly calmMs: number;
  /** Between two drifts, at least. */
  readonly shortestStepMs: number;
  /** How long to wait for the alert about a drift before the next one. */
  readonly patienceMs: number;
  /** Between an alert and the next drift: time to read, and for further alerts about it. */
  readonly readMs: number;
  /** After the last drift was detected, for further alerts. */
  readonly quietMs: number;
  readonly endMs: number;
}

/** `limitMs`: when the result must be known. */
export function storyPace(limitMs: number): StoryPace {
  return {
    calmMs: 2000,
    shortestStepMs: 4000,
    patienceMs: limitMs / 9,
    readMs: 2500,
    quietMs: 5000,
    endMs: Math.max(limitMs / 2, limitMs - 4000),
  };
}

export interface StoryFacts {
  readonly elapsedMs: number;
  /** When the last baseline was learned. */
  readonly learnedAtMs: number | undefined;
  /** In order: when each drift was injected and when its first alert arrived. */
  readonly drifts: readonly {
    readonly injectedAtMs: number;
    readonly foundAtMs: number | undefined;
  }[];
}

export type StoryMove =
  | { readonly kind: "wait" }
  | { readonly kind: "inject"; readonly step: StoryStep }
  | { readonly kind: "finish" };

/** The next step. Pure. */
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

/** When the next drift is due, as far as is known now. A slow machine takes longer to learn and to find, and is waited for. */
function dueAtMs({ learnedAtMs, drifts }: StoryFacts, pace: StoryPace): number {
  const last = drifts.at(-1);
  if (last === undefined) return (learnedAtMs ?? Number.POSITIVE_INFINITY) + pace.calmMs;
  if (last.foundAtMs === undefined) return last.injectedAtMs + pace.patienceMs;
  return Math.max(last.injectedAtMs + pace.shortestStepMs, last.foundAtMs + pace.readMs);
}
