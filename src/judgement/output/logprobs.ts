import type { Observation } from "../../observation/observation.ts";
import type { Axis, Fingerprint, Tops } from "../../scenario/same-model/fingerprint.ts";

/** How far a list of log-probabilities is from those of the enrolment: one number for all its tokens, so that small moves add up. */
export const distanceCell = "distance";
/** How many decimals a reply gives. */
export const decimalsCell = "decimals";
export const missing = "missing";

/** The lists of likeliest tokens; an answer without one has an empty list: that a target leaves them out is a change. */
export function topsOf(done: readonly Observation[]): Tops[] {
  return done.flatMap(({ question, outcome }) => {
    if (question?.cell !== "logprobs" || outcome.kind !== "reply") return [];
    if (outcome.tops !== undefined) return [outcome.tops];
    return outcome.answer === undefined ? [] : [{}];
  });
}

interface LogprobSample {
  readonly instrument: "logprobs" | "distance" | "decimals";
  readonly parts: readonly { readonly cell: string; readonly answer: string }[];
}

/** What one list shows: of each token its bin, how far it is from all that were enrolled, and how it is rounded. */
export function logprobSamples(tops: Tops, { axes, centers }: Pick<Fingerprint, "axes" | "centers">): LogprobSample[] {
  const bins = Object.entries(axes).map(([token, { at, width }]) => {
    const logprob = tops[token];
    const bin = logprob === undefined ? undefined : Math.round((logprob - at) / width);
    const answer = bin === undefined ? "absent" : String(Math.max(-farthest, Math.min(farthest, bin)));
    return { cell: `token/${token}`, answer };
  });
  return [
    { instrument: "logprobs", parts: bins },
    ...(centers === undefined
      ? []
      : [{ instrument: "distance", parts: [{ cell: distanceCell, answer: bandOf(tops, centers, axes) }] } as const]),
    { instrument: "decimals", parts: [{ cell: decimalsCell, answer: decimalsOf(tops) }] },
  ];
}

const farthest = 40;
/** Tokens that are followed, by how often they were in the top list. */
const mostTokens = 5;
/** Noise that arithmetic alone makes. */
const leastWidth = 0.004;

/**
 * Bins about two deviations of the noise wide. The noise is what neighboring values differ by, four places apart in order:
 * several back ends have several middles, and do not make it larger.
 */
export function axesOf(tops: readonly Tops[]): Record<string, Axis> {
  const values = new Map<string, number[]>();
  for (const top of tops) {
    for (const [token, logprob] of Object.entries(top)) values.set(token, [...(values.get(token) ?? []), logprob]);
  }
  const common = [...values].filter(([, of]) => of.length >= 8).toSorted(([, a], [, b]) => b.length - a.length);
  return Object.fromEntries(
    common.slice(0, mostTokens).map(([token, of]) => {
      const sorted = of.toSorted((a, b) => a - b);
      const gaps = sorted.slice(4).map((value, index) => value - (sorted[index] ?? value));
      const width = Math.max(leastWidth, (middleOf(gaps) * of.length) / 6);
      return [token, { at: round(middleOf(sorted)), width: round(width) }];
    }),
  );
}

/** The enrolled lists, as points that new ones are near to: each back end has its own. */
export function centersOf(tops: readonly Tops[], axes: Fingerprint["axes"]): Fingerprint["centers"] {
  const points = tops.flatMap((of) => (Object.keys(of).length === 0 ? [] : [pointOf(of, axes)]));
  if (points.length < 4 || Object.keys(axes).length === 0) return undefined;
  const usual = middleOf(points.map((point, index) => nearest(point, points.toSpliced(index, 1), axes)));
  return { points: points.map((point) => point.map(round)), usual: Math.max(0.1, usual) };
}

/** Each enrolled list beside the others, in their order. */
export function enrolledBands(tops: readonly Tops[], { axes, centers }: Pick<Fingerprint, "axes" | "centers">) {
  let place = -1;
  return tops.map((of) => {
    if (centers === undefined) return undefined;
    if (Object.keys(of).length === 0) return missing;
    place += 1;
    return bandOf(of, { ...centers, points: centers.points.toSpliced(place, 1) }, axes);
  });
}

function bandOf(tops: Tops, { points, usual }: NonNullable<Fingerprint["centers"]>, axes: Fingerprint["axes"]): string {
  if (Object.keys(tops).length === 0) return missing;
  const octaves = Math.log2(nearest(pointOf(tops, axes), points, axes) / usual);
  return String(Math.max(-1, Math.min(farthestBand, Math.floor(2 * octaves))));
}

/** Half octaves above what is usual. */
const farthestBand = 4;
const neighbours = 3;

/** Mean distance to the nearest points, in widths of the bins. */
function nearest(point: readonly number[], points: readonly (readonly number[])[], axes: Fingerprint["axes"]): number {
  const widths = tokensOf(axes).map((token) => axes[token]?.width);
  const distances = points.map((other) =>
    Math.hypot(...point.map((value, index) => (value - (other[index] ?? 0)) / (widths[index] ?? 1))),
  );
  const near = distances.toSorted((a, b) => a - b).slice(0, neighbours);
  return near.reduce((sum, of) => sum + of, 0) / Math.max(1, near.length);
}

/** A token that is not in the list is less likely than the least likely one that is. */
function pointOf(tops: Tops, axes: Fingerprint["axes"]): number[] {
  const least = Math.min(...Object.values(tops));
  return tokensOf(axes).map((token) => tops[token] ?? least);
}

/** In an order that stored JSON does not change. */
function tokensOf(axes: Fingerprint["axes"]): string[] {
  return Object.keys(axes).toSorted();
}

/** `2`: all values of a list have at most two decimals; `full`: more than three. */
export function decimalsOf(tops: Tops): string {
  const values = Object.values(tops).filter((value) => value !== 0);
  if (values.length === 0) return missing;
  const decimals = [0, 1, 2, 3].find((of) =>
    values.every((value) => Math.abs(value * 10 ** of - Math.round(value * 10 ** of)) < 1e-4),
  );
  return decimals === undefined ? "full" : String(decimals);
}

function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const round = (value: number): number => Math.round(value * 1e5) / 1e5;
