import type { Regime, RunAnswers } from "../../scenario/same-model/fingerprint.ts";
import { emptyCell, withAnswer } from "./cell.ts";

const prior = 0.5;
const mostRegimes = 3;
/** Logs of the odds for two back ends. Chance reaches 20, because the most alike were merged before; other models 55 to 100. */
const apart = 30;

/**
 * The back ends that answered an enrolment. Runs are merged, the most alike first, until what is left differs by more than
 * chance. Answers that mix within runs are one regime: their mixture.
 */
export function regimesOf(runs: readonly RunAnswers[]): Regime[] {
  const support = new Map<string, Set<string>>();
  for (const run of runs) {
    for (const [cell, answers] of Object.entries(run)) {
      const seen = support.get(cell) ?? new Set<string>();
      for (const answer of answers) seen.add(answer);
      support.set(cell, seen);
    }
  }
  const groups = runs.map((run) => groupOf(regimeOf(run), support));
  for (;;) {
    let best:
      | { readonly gain: number; readonly one: number; readonly other: number; readonly merged: Group }
      | undefined;
    for (const [one, a] of groups.entries()) {
      for (const [other, b] of groups.slice(0, one).entries()) {
        const merged = groupOf(merge(a.regime, b.regime), support);
        const gain = merged.evidence - a.evidence - b.evidence;
        if (best === undefined || gain > best.gain) best = { gain, one, other, merged };
      }
    }
    if (best === undefined || (best.gain < -apart && groups.length <= mostRegimes)) break;
    groups.splice(best.one, 1);
    groups.splice(best.other, 1, best.merged);
  }
  return groups.map(({ regime }) => regime);
}

interface Group {
  readonly regime: Regime;
  /** Log of the marginal likelihood of its answers. */
  readonly evidence: number;
}

function groupOf(regime: Regime, support: ReadonlyMap<string, ReadonlySet<string>>): Group {
  let evidence = 0;
  for (const [name, { n, counts }] of Object.entries(regime)) {
    const whole = prior * ((support.get(name)?.size ?? 0) + 1);
    for (let place = 0; place < n; place += 1) evidence -= Math.log(whole + place);
    for (const count of Object.values(counts)) {
      for (let place = 0; place < count; place += 1) evidence += Math.log(prior + place);
    }
  }
  return { regime, evidence };
}

export function regimeOf(run: RunAnswers): Regime {
  return Object.fromEntries(
    Object.entries(run).map(([cell, answers]) => [cell, answers.reduce(withAnswer, emptyCell)]),
  );
}

function merge(one: Regime, other: Regime): Regime {
  const merged: Record<string, Regime[string]> = { ...one };
  for (const [name, { n, counts, rest }] of Object.entries(other)) {
    const own = merged[name] ?? emptyCell;
    const sum = { ...own.counts };
    for (const [answer, count] of Object.entries(counts)) sum[answer] = (sum[answer] ?? 0) + count;
    merged[name] = { n: own.n + n, counts: sum, rest: own.rest + rest };
  }
  return merged;
}
