import {
  type Comparison,
  distanceBetween,
  excessOf,
  isDifferent,
  noComparison,
  type Verdict,
  verdictOf,
  withRuns,
} from "../judgement/output/compare.ts";
import { beginEnrolling } from "../judgement/output/enrol.ts";
import { answersOf } from "../judgement/output/samples.ts";
import type { Observation } from "../observation/observation.ts";
import type { Probe } from "../probe/probe.ts";
import type { Target } from "../probe/target.ts";
import type { LedgerEntry, Spent } from "../run/run.ts";
import { runProbe } from "../run/run-probe.ts";
import type { RunStore, World } from "../run/world.ts";
import { ladder, mostSearched } from "../scenario/same-model/enrolment.ts";
import { readEnrolling, type Regime } from "../scenario/same-model/fingerprint.ts";
import { type Json, toJson } from "../std/json.ts";
import { auditProbe } from "./audit-probe.ts";

/** What came of it: how far apart the answers are in bits, and from how many pairs that is known. */
export type Compared = Verdict & {
  readonly distance: number;
  readonly byChance: number;
  readonly pairs: number;
  /** What the candidate answered, by question. */
  readonly answers: Regime;
} & Spent;

/** A target did not answer; `why` names it. */
export type NotCompared = { readonly kind: "not compared"; readonly why: string } & Spent;

export interface ComparisonTerms {
  readonly maxRequests: number;
  readonly errorRate: number;
  /** Called about every 100 requests. */
  readonly progress?: (done: { readonly pairs: number; readonly requests: number }) => void;
}

/** Asks both in turn, in random order, until the result is clear or the budget is used. */
export async function compare(
  world: World,
  candidate: Target,
  reference: Target,
  { maxRequests, errorRate, progress }: ComparisonTerms,
): Promise<Compared | NotCompared> {
  const sides = [sideOf(world, candidate), sideOf(world, reference)] as const;
  let comparison: Comparison = noComparison;
  const sent = (): number => sides[0].ledger.length + sides[1].ledger.length;
  const spent = (): Spent => sumOf([...sides[0].ledger, ...sides[1].ledger]);
  let [reported, looked] = [0, 0];
  // A turn that could pass the budget is not begun.
  while (sent() + mostInTurn(candidate) + mostInTurn(reference) <= maxRequests) {
    const order = world.random() < 0.5 ? [0, 1] : [1, 0];
    for (const index of order) {
      const why = await sides[index as 0 | 1].ask();
      if (why !== undefined) return { kind: "not compared", why, ...spent() };
    }
    comparison = withRuns(comparison, answersOf(sides[0].newest()), answersOf(sides[1].newest()));
    if (sent() >= reported + reportEvery) {
      reported = sent();
      progress?.({ pairs: comparison.pairs, requests: reported });
    }
    if (isDifferent(comparison, errorRate)) break;
    if (comparison.pairs < looked + lookEvery) continue;
    looked = comparison.pairs;
    if (verdictOf(comparison, errorRate, world.random).kind === "same") break;
  }
  const verdict = verdictOf(comparison, errorRate, world.random);
  const { byChance } = excessOf(comparison, world.random);
  return {
    ...verdict,
    distance: distanceBetween(comparison),
    byChance,
    pairs: comparison.pairs,
    ...spent(),
    answers: comparison.candidate,
  };
}

const reportEvery = 100;
/** Pairs between two looks for equality, which deal all answers anew many times. */
const lookEvery = 20;

/** Requests in one turn: few, so that both are asked at the same times. */
const turn = 4;

/** Until it is known which form of request a target takes, all forms are tried; and each request may be retried. */
function mostInTurn({ answerTokens, policy }: Target): number {
  return Math.max(turn, ladder(answerTokens ?? 0).length) * (1 + policy.retries);
}

function sumOf(ledger: readonly LedgerEntry[]): Spent {
  const sum = (pick: (entry: LedgerEntry) => number | undefined): number | undefined =>
    ledger.reduce<number | undefined>((all, entry) => {
      const amount = pick(entry);
      return all === undefined || amount === undefined ? undefined : all + amount;
    }, 0);
  return {
    requests: ledger.length,
    tokens: sum(({ tokens }) => tokens),
    microUsd: sum(({ microUsd }) => microUsd),
  };
}

/** One of the two: its runs continue an enrolment that is kept in memory. */
function sideOf(world: World, target: Target) {
  let state: Json = toJson({ ...beginEnrolling(0), batch: turn });
  let observations: readonly Observation[] = [];
  const ledger: LedgerEntry[] = [];
  let slotMs = 0;

  const runs: RunStore = {
    claim: (request) => world.runs.claim(request),
    miss: (slot, reason) => world.runs.miss(slot, reason),
    recall: async (series) => ({ series, state, lastSlotMs: 0 }),
    commit: (run, decide) =>
      world.runs.commit(run, (memory) => {
        observations = run.observations;
        ledger.push(...run.ledger);
        const first = decide(memory);
        const own = first.series.find(({ series }) => series.aspect === "output");
        const decision =
          own === undefined ? first : decide({ ...memory, series: [{ series: own.series, state, lastSlotMs: 0 }] });
        const after = decision.series.find(({ series }) => series.aspect === "output")?.state;
        if (after !== undefined) state = choicesOnly(after);
        return decision;
      }),
  };
  const probe: Probe = {
    ...auditProbe(target, "same-model"),
    id: `compare-${target.name}@compare`,
    location: "compare",
  };
  return {
    newest: () => observations,
    ledger: ledger as readonly LedgerEntry[],
    /** Why it cannot be compared; undefined: it was asked. */
    async ask(): Promise<string | undefined> {
      slotMs = Math.max(slotMs + 1, world.clock.nowMs());
      observations = [];
      const report = await runProbe({ ...world, runs }, probe, slotMs);
      if (report.state !== "done")
        return `${target.name}: the run was ${report.state}${report.reason === undefined ? "" : ` (${report.reason})`}`;
      const { refused, variant } = readEnrolling(state) ?? {};
      if (refused !== undefined && variant === undefined) return `${target.name}: ${refused}`;
      const last = observations.at(-1);
      const isAnswered = last?.outcome.kind === "reply" && last.outcome.status < 300;
      return isAnswered ? undefined : `${target.name}: no answer: ${report.evidence?.[0] ?? "a fault"}`;
    },
  };
}

/** Log-probabilities and border inputs differ between providers of the same model: words are compared. */
function choicesOnly(state: Json): Json {
  const enrolling = readEnrolling(state);
  if (enrolling?.variant === undefined) return state;
  return toJson({
    ...enrolling,
    batch: turn,
    searched: mostSearched,
    variant: { ...enrolling.variant, logprobs: false },
  });
}
