import { isNumber, isNumbers, isString, objectOf, oneOf } from "../std/check.ts";
import type { Json } from "../std/json.ts";

/**
 * How far one series has moved, by its judge: small enough to be read of all series at once. Its sums are those of the
 * judge's detector: under "nothing has changed" each is no larger than the number of samples, on average.
 */
export interface Reading {
  /** The same for all series that measure the same of one target and model. */
  readonly group: string;
  readonly intervalMs: number;
  /** Which moves people are notified about when they are large enough. */
  readonly pages: "none" | "up" | "down" | "both";
  /** Weighted sums of the bets on more and on less. */
  readonly up: number;
  readonly down: number;
  /** A move that was found and is not over; its sums rest meanwhile. */
  readonly held: "up" | "down" | null;
  readonly day: DayReading;
}

/** The same bets since the last daily message. */
export interface DayReading {
  readonly fromMs: number;
  readonly samples: number;
  readonly sums: readonly number[];
  /** Weighted. */
  readonly total: number;
}

/** What is known of all series together. */
export interface Fleet {
  /** Series that may page when they move. */
  readonly pagingSeries: number;
  /** When the last daily message was made, Unix milliseconds; 0: never. */
  readonly dailyMs: number;
}

const isReading = objectOf<Reading>({
  group: isString,
  intervalMs: isNumber,
  pages: oneOf("none", "up", "down", "both"),
  up: isNumber,
  down: isNumber,
  held: oneOf("up", "down", null),
  day: objectOf<DayReading>({ fromMs: isNumber, samples: isNumber, sums: isNumbers, total: isNumber }),
});

/** Stored JSON of this version; undefined: none, or one that can't be read. */
export function readReading(stored: Json | undefined): Reading | undefined {
  return isReading(stored) ? stored : undefined;
}
