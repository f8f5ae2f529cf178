import { readyPipeline } from "./pipeline.ts";
import type { SeriesMemory } from "../../../baseline/baseline.ts";
import { formatDurationMs } from "../../../std/duration.ts";
import { isJsonObject } from "../../../std/json.ts";
import { changeSince } from "./change.ts";
import { heaviestOf, isLevel } from "./e-detector.ts";
import { readErrorBits, readRate } from "../rate/error-bits.ts";
import { percent } from "../rate/error-rate.ts";
import { readReference } from "../learn/reference.ts";
import { seasonAt } from "../learn/season.ts";
import { readWatchState } from "./watch-state.ts";
import { wordsOf } from "./watched-output.ts";

/** How far a series has moved, for people, and as a ratio where there is one. */
export interface Move {
  readonly expected: string;
  readonly observed: string;
  readonly ratio?: number | undefined;
}

const unmeasured: Move = { expected: "as in its baseline", observed: "other values than usual" };

/** The move that the state shows most of, found or only suspected. */
export function describeMove({ series, baseline, state, reading, lastSlotMs }: SeriesMemory): Move {
  const reference = readReference(baseline?.learned);
  const engine = readWatchState(state)?.engine;
  if (reference !== undefined && engine !== undefined) {
    const pipeline = readyPipeline(reference, 0);
    const { kind, sinceMs } = engine.held ?? heaviestOf(engine.detector, pipeline.components, isLevel);
    const intervalMs = reading?.intervalMs ?? reference.intervalMs;
    const change = {
      ...changeSince(kind, sinceMs, engine.recent, pipeline, lastSlotMs, intervalMs),
      start: engine.held?.start,
    };
    const usual = Math.exp(reference.origin + reference.level + seasonAt(reference.season, lastSlotMs));
    const format =
      series.aspect === "latency" ? formatDurationMs : (value: number): string => value.toFixed(value < 10 ? 2 : 0);
    const observed = wordsOf(change, usual, { format, pagesDown: true }, engine.held !== undefined);
    return { expected: format(usual), observed, ratio: change.ratio };
  }
  const bits = isJsonObject(state) ? readErrorBits(state["bits"]) : undefined;
  const rate = readRate(baseline?.learned);
  if (bits === undefined || rate === undefined) return unmeasured;
  const now = bits.held?.rate ?? bits.run.k / Math.max(1, bits.run.n);
  return { expected: percent(rate.k / rate.n), observed: percent(now) };
}
