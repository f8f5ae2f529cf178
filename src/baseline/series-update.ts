import type { Json } from "../std/json.ts";
import type { LearnedBaseline, Series } from "./baseline.ts";
import type { Reading } from "./reading.ts";

/** What a run changes of one series. */
export interface SeriesUpdate {
  readonly series: Series;
  readonly state: Json;
  readonly reading?: Reading | undefined;
  readonly accept?: LearnedBaseline | undefined;
}
