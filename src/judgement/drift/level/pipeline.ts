import { remember } from "../../../std/remember.ts";
import { intsOfBase64 } from "../learn/int16-codec.ts";
import { isTied, ownScores, type RankTable, rankTableOf } from "../learn/rank-table.ts";
import { type Reference, scoreScale, valueScale } from "../learn/reference.ts";
import { type Component, componentsOf } from "./components.ts";
import { isLevel } from "./e-detector.ts";

/** A reference made ready for stepping. */
export interface Pipeline {
  readonly reference: Reference;
  /** So few different values that a floor can't be taken off them: they would fall between one another. */
  readonly isTied: boolean;
  readonly values: RankTable;
  readonly scores: RankTable;
  readonly components: readonly Component[];
  /** Of the bets on the level, which come first: what each weighs, and whether it is on more. */
  readonly extraBets: { readonly margin: number; readonly deviation: number };
  readonly levelBets: { readonly weights: readonly number[]; readonly isUp: readonly boolean[] };
}

/** The same for a stored reference, which comes back at every run of its series: `marginFactor` is that of false-positive feedback. */
export function readyPipeline(reference: Reference, floor: number, marginFactor = 1): Pipeline {
  return readied(reference, floor, marginFactor).pipeline;
}

const readied = remember(
  12_000,
  // A number is made and found sooner than a text.
  ({ origin, toMs, n }: Reference, floor: number, marginFactor: number) =>
    (toMs * (1 + origin) + n) * (floor + marginFactor),
  (reference, floor, marginFactor) => ({ pipeline: pipelineOf(reference, floor, marginFactor), floor, marginFactor }),
  (was, { origin, toMs, n, scores }, floor, marginFactor) => {
    const of = was.pipeline.reference;
    return (
      was.floor === floor &&
      was.marginFactor === marginFactor &&
      of.toMs === toMs &&
      of.origin === origin &&
      of.n === n &&
      of.scores === scores
    );
  },
);

/** `floor` is that of the promise, in logs. */
export function pipelineOf(reference: Reference, floor = 0, marginFactor = 1): Pipeline {
  const { correlation, spread, margin } = reference;
  const estimation = margin.estimation * marginFactor;
  const wander = margin.wander * marginFactor;
  const values = rankTableOf(intsOfBase64(reference.values), valueScale, reference.clip.values);
  const scores = rankTableOf(intsOfBase64(reference.scores), scoreScale, reference.clip.scores);
  const areTied = isTied(values);
  const hasFloor = spread > 0 && !areTied;
  const floorInScores = hasFloor ? (floor / spread) * Math.sqrt((1 - correlation) / (1 + correlation)) : 0;
  // A series that wanders within the floor never gets past it: only what it strays beyond needs a margin.
  const beyond = Math.max(0, wander - floorInScores);
  const unsteadiness = 1 + (margin.unsteadiness - 1) * marginFactor;
  const levelMargin = estimation + beyond;
  const extraBets = { margin: levelMargin * Math.sqrt((1 + correlation) / (1 - correlation)), deviation: unsteadiness };
  const components = componentsOf({
    clip: scores.clip,
    margin: estimation + wander,
    levelMargin,
    unsteadiness,
    own: areTied ? ownScores(scores) : [],
  });
  const ofLevel = components.filter(({ kind }) => isLevel(kind));
  const levelBets = { weights: ofLevel.map(({ weight }) => weight), isUp: ofLevel.map(({ kind }) => kind === "up") };
  return { reference, isTied: areTied, values, scores, components, levelBets, extraBets };
}
