import {
  isBoolean,
  isCounts,
  isNumber,
  isNumbers,
  isString,
  listOf,
  objectOf,
  optional,
  recordOf,
} from "../../std/check.ts";
import type { Json } from "../../std/json.ts";

/** What an endpoint honours: how it is asked. */
export interface Variant {
  readonly maxTokens: number;
  readonly temperature: boolean;
  readonly logprobs: boolean;
}

/** How often each answer to one question was seen; `rest`: answers beyond the longest list. */
export interface Cell {
  readonly n: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly rest: number;
}

/** The answers of one back end, or of several that cannot be distinguished. */
export type Regime = Readonly<Record<string, Cell>>;

/** How a log-probability becomes a category: bins of this width around a middle. */
export interface Axis {
  readonly at: number;
  readonly width: number;
}

/** Log-probabilities of the likeliest first tokens, by the hash of the token. */
export type Tops = Readonly<Record<string, number>>;

/** What was normal: the baseline. */
export interface Fingerprint {
  readonly v: 1;
  readonly variant: Variant;
  /** Numbers that the private prompts are computed from. */
  readonly letter: number;
  readonly borders: readonly number[];
  readonly regimes: readonly Regime[];
  /** By hash of the token. */
  readonly axes: Readonly<Record<string, Axis>>;
  /** Where the enrolled lists were, a value for each axis in the order of its token, and how far one usually is from the others. */
  readonly centers?: { readonly points: readonly (readonly number[])[]; readonly usual: number } | undefined;
  /** What replies called themselves: model, back end. */
  readonly names: Readonly<Record<string, number>>;
  readonly n: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The answers of one run: question → answers. */
export type RunAnswers = Readonly<Record<string, readonly string[]>>;

export interface EnrolledRun {
  readonly answers: RunAnswers;
  readonly tops: readonly Tops[];
}

/** How far an enrolment is: the state of the series until it has a baseline. */
export interface Enrolling {
  readonly v: 1;
  readonly n: number;
  readonly of: number;
  readonly requests: number;
  readonly variant?: Variant | undefined;
  /** Why the endpoint cannot be enrolled. */
  readonly refused?: string | undefined;
  readonly letter: number;
  readonly searched: number;
  readonly borders: readonly number[];
  readonly runs: readonly EnrolledRun[];
  readonly names: Readonly<Record<string, number>>;
  readonly fromMs: number;
  /** Requests of one run, where that is fewer than usual. */
  readonly batch?: number | undefined;
  /** What was normal before a person accepted the change. */
  readonly previous?: Fingerprint | undefined;
}

const isVariant = objectOf<Variant>({ maxTokens: isNumber, temperature: isBoolean, logprobs: isBoolean });
export const isCell = objectOf<Cell>({ n: isNumber, counts: isCounts, rest: isNumber });
export const isRegimes = listOf(recordOf(isCell));

export const isEnrolledRuns = listOf(
  objectOf<EnrolledRun>({ answers: recordOf(listOf(isString)), tops: listOf(isCounts) }),
);

export const isFingerprint = objectOf<Fingerprint>({
  v: isOne,
  variant: isVariant,
  letter: isNumber,
  borders: isNumbers,
  regimes: isRegimes,
  axes: recordOf(objectOf<Axis>({ at: isNumber, width: isNumber })),
  centers: optional(objectOf<NonNullable<Fingerprint["centers"]>>({ points: listOf(isNumbers), usual: isNumber })),
  names: isCounts,
  n: isNumber,
  fromMs: isNumber,
  toMs: isNumber,
});

export const isEnrolling = objectOf<Enrolling>({
  v: isOne,
  n: isNumber,
  of: isNumber,
  requests: isNumber,
  variant: optional(isVariant),
  refused: optional(isString),
  letter: isNumber,
  searched: isNumber,
  borders: isNumbers,
  runs: isEnrolledRuns,
  names: isCounts,
  fromMs: isNumber,
  batch: optional(isNumber),
  previous: optional(isFingerprint),
});

function isOne(stored: unknown): stored is 1 {
  return stored === 1;
}

export function readFingerprint(stored: Json | undefined): Fingerprint | undefined {
  return isFingerprint(stored) ? stored : undefined;
}

export function readEnrolling(stored: Json | undefined): Enrolling | undefined {
  return isEnrolling(stored) ? stored : undefined;
}
