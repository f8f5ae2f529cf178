import type { Reference } from "../learn/reference.ts";

/** Of the likelihood on either side of the range that is said. */
const outside = 0.04;
/** In samples: what takes longer on average may have begun before the newest. */
const longestKnown = 36;
const slower = 3;
/** Nor did it begin long before the evidence, `sinceRuns` ago. */
const further = 1.5;
/** One outlier says at most this much. */
const mostPerSample = 4;

/** Between which two runs a level has moved: how many of the newest runs are after it, at most and at least. */
export interface Start {
  readonly most: number;
  readonly least: number;
}

/**
 * Where in the newest samples, logs less season and level, a move by `shift` has begun: the likelihood of each place, from what
 * is new in each sample, with a neighbor's correlation taken off. The first changed sample differs by all of the shift. A
 * move that takes longer to find than samples are kept began at most three times as long ago as finding it takes on average.
 */
export function startIn(
  recent: readonly number[],
  shift: number,
  { spread, correlation }: Pick<Reference, "spread" | "correlation">,
  { samples, floor }: { readonly samples: number; readonly floor: number },
  sinceRuns = 0,
): Start {
  const size = Math.max(spread, floor / 2, 1e-3);
  const unit = size * Math.sqrt(1 - correlation ** 2);
  const evidence = (fresh: number, by: number): number =>
    Math.max(-mostPerSample, Math.min(mostPerSample, (by * (fresh - by / 2)) / unit ** 2));
  const logs: number[] = [];
  let after = 0;
  for (let index = recent.length - 1; index > 0; index -= 1) {
    const fresh = (recent[index] as number) - correlation * (recent[index - 1] as number);
    logs.push(after + evidence(fresh, shift));
    after += evidence(fresh, shift * (1 - correlation));
  }
  const largest = Math.max(...logs);
  const shares = logs.map((log) => Math.exp(log - largest));
  const all = shares.reduce((sum, share) => sum + share, 0);
  let sum = 0;
  const places = shares.map((share) => (sum += share / all));
  const least =
    1 +
    Math.max(
      0,
      places.findIndex((place) => place > outside),
    );
  const beyondFloor = Math.max(floor / 4, Math.abs(shift) - floor) / size;
  const perSample = (beyondFloor ** 2 / 2) * ((1 - correlation) / (1 + correlation));
  const needed = Math.ceil(Math.log(samples) / perSample);
  if (needed > longestKnown) return { most: Math.max(slower * needed, Math.round(further * sinceRuns)), least };
  return {
    most:
      1 +
      Math.max(
        least - 1,
        places.findIndex((place) => place >= 1 - outside),
      ),
    least,
  };
}
