import type { targetFindingKinds } from "../probe/finding-kinds.ts";
import type { Json } from "../std/json.ts";
import type { Reading } from "./reading.ts";

/** One thing that is compared with its past. `id` is a hash of the rest. */
export interface Series {
  readonly id: string;
  readonly probeId: string;
  readonly aspect: Aspect;
  /** What is compared, for people: `valid-request 2xx shape`, `total time`. */
  readonly label: string;
}

export const aspects = [
  "availability",
  "contract",
  "error-shape",
  "latency",
  "usage",
  "budget",
  "output",
] as const satisfies readonly (typeof targetFindingKinds)[number][];
export type Aspect = (typeof aspects)[number];

/** An accepted normal: immutable; a change is a new version. */
export interface Baseline {
  readonly version: number;
  readonly n: number;
  readonly learned: Json;
  readonly acceptedAtMs: number;
  /** `plumbline` for one learned from the first runs, otherwise a person. */
  readonly by: string;
  readonly why: string;
  /** Of the run that it was learned with; undefined: a person accepted it, or the run was not traced. */
  readonly span?: RunSpan | undefined;
}

/** Where a run is found in a trace backend. */
export interface RunSpan {
  readonly traceId: string;
  readonly spanId: string;
}

/** All that is remembered of one series between two runs. */
export interface SeriesMemory {
  readonly series: Series;
  readonly baseline?: Baseline | undefined;
  /** The judge's own running state: what it is learning, recent values. JSON, small, of bounded size. */
  readonly state: Json;
  /** What the state amounts to, where its judge measures moves. */
  readonly reading?: Reading | undefined;
  /** Results of older slots never overwrite newer state. */
  readonly lastSlotMs: number;
}

/** A baseline that a judge proposes to accept because enough was learned. */
export interface LearnedBaseline {
  readonly learned: Json;
  readonly n: number;
  readonly why: string;
}
