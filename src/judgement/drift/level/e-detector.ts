import { type Component, type ComponentKind, logE } from "./components.ts";

/** One Shiryaev-Roberts sum per component, and beside each a CUSUM that remembers when the evidence began. */
export interface DetectorState {
  readonly sums: number[];
  readonly cusums: number[];
  /** Time of the sample after which each CUSUM left 0, Unix milliseconds. */
  readonly sinceMs: number[];
}

export function freshDetector(components: readonly Component[], atMs: number): DetectorState {
  return {
    sums: components.map(() => 0),
    cusums: components.map(() => 0),
    sinceMs: components.map(() => atMs),
  };
}

/** A level component hears scores of which the practical floor has been taken off; the others plain ones. */
export interface Scores {
  readonly up: number;
  readonly down: number;
  readonly plain: number;
}

/** Far beyond any promise, and far from what JSON can't hold. */
const most = 1e15;

/** Weighted sums, each to be compared with its own promise. */
export interface Totals {
  readonly level: number;
  readonly others: number;
}

/**
 * One sample: R <- (1 + R) e(w) for each component. Under "nothing has changed" each R minus the number of samples is a
 * supermartingale, so that an alarm at R >= A comes after A samples or later on average (Shin, Ramdas, Rinaldo 2022).
 * Changes the state it is given. `onlyUp`: while the level is known to be lower, nothing else is bet on. `ofBet`: what a bet
 * wins or loses, as a logarithm, where that isn't its own `logE`.
 */
export function stepDetector(
  { sums, cusums, sinceMs }: DetectorState,
  components: readonly Component[],
  scores: Scores,
  atMs: number,
  onlyUp = false,
  ofBet?: (component: Component) => number,
): Totals {
  let level = 0;
  let others = 0;
  for (let index = 0; index < components.length; index += 1) {
    const component = components[index] as Component;
    if (onlyUp && component.kind !== "up") continue;
    const evidence = ofBet?.(component) ?? logE(component, scoreFor(component.kind, scores));
    const sum = Math.min(most, (1 + (sums[index] as number)) * Math.exp(evidence));
    sums[index] = sum;
    if (isLevel(component.kind)) level += component.weight * sum;
    else others += component.weight * sum;
    const cusum = (cusums[index] as number) + evidence;
    cusums[index] = cusum > 0 ? cusum : 0;
    if (cusum <= 0) sinceMs[index] = atMs;
  }
  return { level, others };
}

function scoreFor(kind: ComponentKind, { up, down, plain }: Scores): number {
  return kind === "up" ? up : kind === "down" ? down : plain;
}

/** Of all components that count the one that weighs most, and since when. */
export function heaviestOf(
  { sums, sinceMs }: DetectorState,
  components: readonly Component[],
  counts: (kind: ComponentKind) => boolean,
): { readonly kind: ComponentKind; readonly sinceMs: number } {
  let most = -1;
  let heaviest = 0;
  for (let index = 0; index < components.length; index += 1) {
    const { kind, weight } = components[index] as Component;
    if (!counts(kind)) continue;
    const share = weight * (sums[index] ?? 0);
    if (share > most) [most, heaviest] = [share, index];
  }
  return { kind: components[heaviest]?.kind ?? "up", sinceMs: sinceMs[heaviest] ?? 0 };
}

export const isLevel = (kind: ComponentKind): boolean => kind === "up" || kind === "down";

/** What bets on a large rise have won: the only moves that a few runs can show. */
export function largeMoves({ sums }: DetectorState, components: readonly Component[]): number {
  let won = 0;
  for (let index = 0; index < components.length; index += 1) {
    const { kind, linear } = components[index] as Component;
    if (kind === "up" && linear >= large) won += sums[index] as number;
  }
  return won;
}

/** In deviations. */
const large = 1;

/**
 * One run beside the schedule: bets on a rise, each as far as the runs before it in its burst leave of it. A clipped normal
 * score has E exp(l w) of exp(l^2 / 2) at most, so that is what each pays.
 */
export function stepExtraBets(
  state: DetectorState,
  { components, extraBets: { margin, deviation } }: ExtraPipeline,
  { score, share }: { readonly score: number; readonly share: number },
  atMs: number,
): number {
  const ofBet = ({ linear }: Component): number =>
    linear * share * (score - margin * share) - (linear * share * deviation) ** 2 / 2;
  return stepDetector(state, components, { up: score, down: 0, plain: 0 }, atMs, true, ofBet).level;
}

interface ExtraPipeline {
  readonly components: readonly Component[];
  readonly extraBets: { readonly margin: number; readonly deviation: number };
}
