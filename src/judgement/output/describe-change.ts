import type { Axis, Cell, Fingerprint, Regime } from "../../scenario/same-model/fingerprint.ts";
import { choices } from "../../scenario/same-model/choices.ts";
import { minuteText } from "../../std/time.ts";
import type { Finding, JudgeInput, Severity } from "../judgement.ts";
import { divergence, emptyCell } from "./cell.ts";
import { decimalsCell, distanceCell, missing } from "./logprobs.ts";
import { instrumentOf, thousand } from "./samples.ts";
import { type Held, isOf, type Watching } from "./watching.ts";

export const replayedSubject = "answers replayed";
const mostShown = 3;

/** That the answers moved, how sure that is, how far and what the replies say of it; then the questions that moved most. */
export function findingsOf(
  input: JudgeInput,
  known: Fingerprint,
  state: Watching,
  held: Held,
  severity: Severity,
): Finding[] {
  const base = { kind: "output", severity, baselineVersion: input.memory?.baseline?.version } as const;
  const since = `since ${minuteText(state.sinceMs)}`;
  const sure = `odds of ${oddsText(held.odds)} to 1 against chance`;
  const before = pooled(known.regimes);
  if (held.instrument === "repeats") {
    const expected = repeatText(before["repeat"]);
    const observed = `${repeatText(state.since["repeat"])}, ${since}`;
    const [subject, cause] = areReplayed(state.since["repeat"])
      ? [replayedSubject, "something replays earlier replies, such as a response cache, or the temperature is ignored"]
      : [
          "variety of answers",
          "a lower temperature, another sampling such as top-k, or replies that are partly replayed",
        ];
    const why = `${sure}; ${cause}; it need not be another model`;
    return [{ ...base, subject, expected, observed, why }];
  }
  const [rounded, now] = [decimalsText(before[decimalsCell]), decimalsText(state.since[decimalsCell])];
  if (["logprobs", "distance", "decimals"].includes(held.instrument) && rounded !== now) {
    const why = `${sure}; ${announcedText(known, state)}`;
    return [{ ...base, subject: "log-probabilities", expected: rounded, observed: `${now}, ${since}`, why }];
  }
  // A distance is of all tokens together: people see the tokens that moved.
  const asked = held.instrument === "distance" ? "logprobs" : held.instrument;
  const moved = Object.entries(state.since)
    .filter(([cell]) => isOf(instrumentOf(cell), asked) && cell !== distanceCell)
    .map(([cell, after]) => ({ cell, after, was: before[cell] ?? emptyCell }))
    .toSorted((a, b) => b.after.n * divergence(b.was, b.after) - a.after.n * divergence(a.was, a.after))
    .slice(0, mostShown);
  const why = [
    sure,
    distanceText(before, state.since),
    announcedText(known, state),
    snapshotText(input.target?.model ?? ""),
  ]
    .filter((text) => text !== undefined)
    .join("; ");
  const questions = moved.map(({ cell, was, after }) => ({
    ...base,
    subject: labelOf(cell),
    expected: answersText(was, known.axes[tokenOf(cell)]),
    observed: answersText(after, known.axes[tokenOf(cell)]),
  }));
  return [
    { ...base, subject: "answers", expected: "like the baseline", observed: `unlike it, ${since}`, why },
    ...questions,
  ];
}

export function returnedFinding({ memory }: JudgeInput, known: Fingerprint): Finding {
  const baselineVersion = memory?.baseline?.version;
  const expected = `the answers of baseline version ${baselineVersion ?? 0}, ${known.n} in all`;
  return {
    kind: "output",
    severity: "informative",
    subject: "answers",
    expected,
    observed: "back to the previous baseline",
    baselineVersion,
  };
}

export function labelOf(cell: string): string {
  const choice = choices.find((it) => it.cell === cell);
  if (choice !== undefined) return choice.label;
  if (cell === thousand) return `random ${thousand}`;
  if (cell === "repeat") return "equal answers to a repeated question";
  if (cell.startsWith("border/")) return `border input ${cell.slice(7)}`;
  if (cell === decimalsCell) return "decimals of log-probabilities";
  if (cell === distanceCell) return "distance of log-probabilities, in half octaves";
  return `log-probability of token ${tokenOf(cell)}`;
}

function tokenOf(cell: string): string {
  return cell.startsWith("token/") ? cell.slice(6) : "";
}

export function pooled(regimes: readonly Regime[]): Regime {
  const all: Record<string, Cell> = {};
  for (const [cell, { n, counts, rest }] of regimes.flatMap((regime) => Object.entries(regime))) {
    const own = all[cell] ?? emptyCell;
    const sum = { ...own.counts };
    for (const [answer, count] of Object.entries(counts)) sum[answer] = (sum[answer] ?? 0) + count;
    all[cell] = { n: own.n + n, counts: sum, rest: own.rest + rest };
  }
  return all;
}

/** `12× otter, 5× fox, 3 others`; of log-probabilities their mean. */
export function answersText({ n, counts }: Cell, axis?: Axis): string {
  if (n === 0) return "never asked";
  const sorted = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  if (axis !== undefined) {
    const values = sorted.flatMap(([bin, count]) =>
      bin === "absent" ? [] : [[Number(bin) * axis.width + axis.at, count] as const],
    );
    const shown = values.reduce((sum, [, count]) => sum + count, 0);
    if (shown < n / 2) return `not among the likeliest, in ${n - shown} of ${n} replies`;
    const mean = values.reduce((sum, [value, count]) => sum + value * count, 0) / shown;
    return `${mean.toFixed(3)} on average of ${n} replies`;
  }
  const others = sorted.slice(mostShown).reduce((sum, [, count]) => sum + count, 0);
  const named = sorted.slice(0, mostShown).map(([answer, count]) => `${count}× ${answer}`);
  return [...named, ...(others > 0 ? [`${others} others`] : [])].join(", ");
}

/** Sampling that became narrower still varies; replays do not. */
function areReplayed({ n, counts }: Cell = emptyCell): boolean {
  return (counts["same"] ?? 0) >= 0.8 * n;
}

function repeatText(cell: Cell = emptyCell): string {
  return `${cell.counts["same"] ?? 0} of ${cell.n} repeated questions answered alike`;
}

/** `rounded to 2 decimals`, as most replies have them. */
export function decimalsText({ counts }: Cell = emptyCell): string {
  const [[most] = [missing]] = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  if (most === missing) return "missing";
  return most === "full" ? "in full" : `rounded to ${most} decimal${most === "1" ? "" : "s"}`;
}

export function oddsText(odds: number): string {
  return odds > 1e6 ? "more than a million" : Math.round(odds).toLocaleString("en");
}

/** Mean divergences of the same questions that were published: arXiv 2607.10252. */
const usual = "the same model again has about 0.14, elsewhere 0.23, another model 0.46";
/** Fewer answers to a question differ by chance alone. */
const fewest = 4;

export function distanceOf(before: Regime, after: Regime): number | undefined {
  const of = choices.flatMap(({ cell }) => {
    const [was, is] = [before[cell], after[cell]];
    return was !== undefined && is !== undefined && is.n >= fewest && was.n >= fewest ? [divergence(was, is)] : [];
  });
  return of.length === 0 ? undefined : of.reduce((sum, one) => sum + one, 0) / of.length;
}

export function distanceText(before: Regime, after: Regime): string {
  const distance = distanceOf(before, after);
  return distance === undefined ? "too few answers yet to say how far" : `distance ${distance.toFixed(2)} (${usual})`;
}

function announcedText({ names }: Fingerprint, state: Watching): string {
  const fresh = Object.keys(state.names).filter((name) => names[name] === undefined);
  if (fresh.length > 0) return `announced by the reply: ${fresh.slice(0, 2).join(", ")}`;
  return Object.keys(names).length === 0
    ? "replies name no model"
    : "not announced: replies name the same model as before";
}

function snapshotText(model: string): string | undefined {
  if (model === "") return undefined;
  const isDated = /(19|20)\d\d-?\d\d-?\d\d|[-@]\d{3,4}$/.test(model);
  return `${model} is ${isDated ? "a dated snapshot, which promises not to change" : "an alias, which can move to another model"}`;
}
