import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Series, SeriesMemory } from "../baseline/baseline.ts";
import { readReading } from "../baseline/reading.ts";
import type { SeriesUpdate } from "../baseline/series-update.ts";
import { dictionaries, newestDictionary } from "./states-dictionary.ts";
import { dayMs } from "../std/duration.ts";
import { isJsonObject, type Json } from "../std/json.ts";

/** What judges remember of the series of one probe: in one row, so that a run writes one. */
export interface PackedStates {
  /** JSON, deflated. */
  readonly states: Buffer;
  /** The largest sum of a series that may page; infinite: a move was found. */
  readonly away: number | undefined;
  /** Of the series that learns slowest. */
  readonly learned: number | undefined;
  readonly toLearn: number | undefined;
}

type Remembered = Pick<SeriesMemory, "state" | "reading" | "lastSlotMs">;
type Entry = readonly [id: string, lastSlotMs: number, state: Json, reading: Json];

export function packStates(memories: readonly SeriesMemory[]): PackedStates {
  const entries = memories.map(({ series, lastSlotMs, state, reading = null }) => [
    series.id,
    lastSlotMs,
    state,
    reading,
  ]);
  const paging = memories.flatMap(({ reading }) =>
    reading === undefined || reading.pages === "none" ? [] : [reading],
  );
  const learning = memories.flatMap(({ state }) =>
    isJsonObject(state) && typeof state["of"] === "number" ? [{ n: Number(state["n"] ?? 0), of: state["of"] }] : [],
  );
  return {
    states: Buffer.concat([Buffer.of(newestDictionary), deflateRawSync(JSON.stringify(entries), compression)]),
    away: most(paging.map(({ held, up, down }) => (held === null ? Math.max(up, down) : Number.POSITIVE_INFINITY))),
    learned: learning.length === 0 ? undefined : Math.min(...learning.map(({ n }) => n)),
    toLearn: most(learning.map(({ of }) => of)),
  };
}

/** As `write_states` takes them. */
export function statesJson({ states, away, ...rest }: PackedStates) {
  return { states: states.toString("base64"), away: away === undefined ? undefined : String(away), ...rest };
}

const most = (values: readonly number[]): number | undefined => (values.length === 0 ? undefined : Math.max(...values));

/** What is remembered by series. A migration writes plain JSON. */
export function unpackStates(states: Uint8Array): ReadonlyMap<string, Remembered> {
  const text = textOf(states);
  return new Map(
    (JSON.parse(text) as readonly Entry[]).map(([id, lastSlotMs, state, reading]) => [
      id,
      { lastSlotMs, state, reading: readReading(reading) },
    ]),
  );
}

function textOf(states: Uint8Array): string {
  const [first = 0] = states;
  if (first === plainBegin) return Buffer.from(states).toString();
  const dictionary = dictionaries[first];
  if (dictionary === undefined) throw new Error(`the store holds states of the unknown form ${first}`);
  return inflateRawSync(states.subarray(1), { dictionary, maxOutputLength: longest }).toString();
}

/** `[`, and the number of no dictionary. */
const plainBegin = 0x5b;
const longest = 64 * 1024 * 1024;
/** Smaller than usual: most of the time goes into making the tables. */
const compression = {
  dictionary: dictionaries[newestDictionary],
  level: 6,
  windowBits: 13,
  memLevel: 5,
  chunkSize: 2048,
};

/** What is remembered after a run of that slot, and which of its updates count: what is newer than the run stays. */
export function afterRun(before: readonly SeriesMemory[], updates: readonly SeriesUpdate[], slotMs: number) {
  const after = new Map(before.map((memory) => [memory.series.id, memory]));
  const counted = updates.filter(
    ({ series }) => (after.get(series.id)?.lastSlotMs ?? Number.NEGATIVE_INFINITY) < slotMs,
  );
  for (const { series, state, reading } of counted) {
    after.set(series.id, { series, baseline: after.get(series.id)?.baseline, state, reading, lastSlotMs: slotMs });
  }
  return { memories: [...after.values()], counted };
}

/** The row of a series, where the run of that slot changes it. */
export function changedRow(before: SeriesMemory | undefined, { series, reading }: SeriesUpdate, slotMs: number) {
  const isSameDay = before !== undefined && Math.floor(before.lastSlotMs / dayMs) === Math.floor(slotMs / dayMs);
  const isSame = before?.reading?.pages === reading?.pages && before?.reading?.group === reading?.group;
  return isSameDay && isSame ? [] : [seriesRowOf(series, reading)];
}

function seriesRowOf({ id, aspect, label }: Series, reading: SeriesUpdate["reading"]) {
  return { id, aspect, label, pages: reading?.pages ?? "none", of_group: reading?.group };
}
