import { type Check, isNumber, isNumbers, objectOf, oneOf, optional, whole } from "../../../std/check.ts";
import { type Burst, isBurst } from "./burst.ts";
import type { StartTimes } from "./change.ts";
import type { DetectorState, Scores } from "./e-detector.ts";

/** All that is carried from one sample to the next: about 1 kB as JSON, bounded. */
export interface EngineState {
  lastMs: number;
  /** Samples in a row without a gap before them, as far as they are counted. */
  follows: number;
  /** Scores of the sample before, for whitening. */
  previous: Scores;
  detector: DetectorState;
  /** The newest samples: logs less season and level. */
  recent: number[];
  held?: Held | undefined;
  /** What is asked beside the schedule. */
  burst?: Burst | undefined;
}

/** A change of level that was reported and is not over. */
export interface Held {
  kind: "up" | "down";
  sinceMs: number;
  /** Between the slots of these runs it has begun. */
  start?: StartTimes | undefined;
  /** By how much the logs moved. */
  shift: number;
  /** CUSUM of the evidence for being back. */
  back: number;
}

export const isStartTimes: Check<StartTimes> = objectOf<StartTimes>({ fromMs: isNumber, toMs: isNumber });

const isDetector = whole(
  objectOf<DetectorState>({ sums: isNumbers, cusums: isNumbers, sinceMs: isNumbers }),
  ({ sums, cusums, sinceMs }) => cusums.length === sums.length && sinceMs.length === sums.length,
);

export const isEngineState: Check<EngineState> = objectOf<EngineState>({
  lastMs: isNumber,
  follows: isNumber,
  previous: objectOf<Scores>({ up: isNumber, down: isNumber, plain: isNumber }),
  detector: isDetector,
  recent: isNumbers,
  held: optional(
    objectOf<Held>({
      kind: oneOf("up", "down"),
      sinceMs: isNumber,
      start: optional(isStartTimes),
      shift: isNumber,
      back: isNumber,
    }),
  ),
  burst: optional(isBurst),
});

/** What a step may change, without what it came from. */
export function copyOfEngine(state: EngineState): EngineState {
  const { previous, detector, recent, held, burst } = state;
  const { sums, cusums, sinceMs } = detector;
  return {
    lastMs: state.lastMs,
    follows: state.follows,
    previous,
    detector: { sums: sums.slice(), cusums: cusums.slice(), sinceMs: sinceMs.slice() },
    recent: recent.slice(),
    ...(held === undefined ? {} : { held: { ...held } }),
    ...(burst === undefined ? {} : { burst: { ...burst, logs: burst.logs.slice() } }),
  };
}
