import { type Sample, type Scenario, seriesOf } from "../detection/series.ts";

/** One target that is probed from several places. */
export interface Places {
  readonly count: number;
  /** Share of the variance of the logs that all places of a target see alike. */
  readonly inCommon: number;
}

const usual = Math.log(800);

/** Endless: each call gives the next sample of every place, times its factor. Same seed, same samples. */
export function placesOf(
  scene: Scenario,
  { count, inCommon }: Places,
  intervalMs: number,
  seed: number,
): (factors?: readonly number[]) => Sample[] {
  const own = Array.from({ length: count }, (_, place) => seriesOf(scene, intervalMs, seed * 1009 + place));
  const common = seriesOf(scene, intervalMs, seed * 1009 + count);
  const [ofOwn, ofCommon] = [Math.sqrt(1 - inCommon), Math.sqrt(inCommon)];
  return (factors) => {
    const shared = inCommon === 0 ? 0 : ofCommon * (Math.log(common().value) - usual);
    return own.map((next, place) => {
      const { atMs, value } = next();
      const log = inCommon === 0 ? Math.log(value) : usual + ofOwn * (Math.log(value) - usual) + shared;
      return { atMs, value: Math.exp(log) * (factors?.[place] ?? 1) };
    });
  };
}
