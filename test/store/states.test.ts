import fc from "fast-check";
import { expect, test } from "vitest";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import type { Reading } from "../../src/baseline/reading.ts";
import type { Json } from "../../src/std/json.ts";
import { afterRun, changedRow, packStates, unpackStates } from "../../src/store/states.ts";
import { dayMs, noonMs, seriesOf } from "./samples.ts";

const reading: Reading = {
  group: "g",
  intervalMs: 60_000,
  pages: "both",
  up: 3,
  down: 5,
  held: null,
  day: { fromMs: 0, samples: 1, sums: [1], total: 1 },
};

function memoryOf(id: string, over: Partial<SeriesMemory> = {}): SeriesMemory {
  return { series: { ...seriesOf("p"), id }, state: {}, lastSlotMs: noonMs, ...over };
}

test("what is packed is what is unpacked, whatever the judges remember", () => {
  const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);
  fc.assert(
    fc.property(fc.array(json, { maxLength: 9 }), (states) => {
      const memories = states.map((state, place) =>
        memoryOf(`${place}`, { state, reading: place > 3 ? reading : undefined }),
      );
      expect([...unpackStates(packStates(memories).states)]).toEqual(
        memories.map(({ series, lastSlotMs, state, reading: of }) => [series.id, { lastSlotMs, state, reading: of }]),
      );
    }),
  );
});

test("reads what a migration wrote as plain JSON, and what this version has once written", () => {
  const kept = [["a", 5, { v: 1 }, null]];
  const expected = new Map([["a", { lastSlotMs: 5, state: { v: 1 }, reading: undefined }]]);
  expect(unpackStates(Buffer.from(JSON.stringify(kept)))).toEqual(expected);
  // Whoever edits the dictionary can't read it any more.
  expect(unpackStates(Buffer.from("AYuOVkpU0jGF5ihoFosFAA==", "base64"))).toEqual(expected);
  expect(() => unpackStates(Buffer.of(7, 1))).toThrow("unknown form 7");
});

test("beside the states stands how far the farthest series that may page is away, and how far the slowest has learned", () => {
  const learning = (n: number) => memoryOf(`l${n}`, { state: { n, of: 60 } });
  const packed = (...memories: readonly SeriesMemory[]) => packStates(memories);
  expect(packed(memoryOf("a"))).toMatchObject({ away: undefined, learned: undefined, toLearn: undefined });
  expect(packed(learning(9), learning(4), memoryOf("a", { reading }))).toMatchObject({
    away: 5,
    learned: 4,
    toLearn: 60,
  });
  expect(packed(memoryOf("a", { reading: { ...reading, held: "up" } })).away).toBe(Number.POSITIVE_INFINITY);
  expect(packed(memoryOf("a", { reading: { ...reading, pages: "none" } })).away).toBeUndefined();
});

test("a run changes what is older than it, and the row of a series when its day or what may page changes", () => {
  const before = memoryOf("a", { state: 1, reading });
  const update = { series: before.series, state: 2, reading };
  expect(afterRun([before], [update], noonMs).counted).toEqual([]);
  const { memories, counted } = afterRun([before], [update], noonMs + 1);
  expect([memories, counted]).toEqual([[{ ...before, state: 2, lastSlotMs: noonMs + 1 }], [update]]);
  expect(changedRow(before, update, noonMs + 1)).toEqual([]);
  expect(changedRow(undefined, update, noonMs)).toHaveLength(1);
  expect(changedRow(before, update, noonMs + dayMs)).toHaveLength(1);
  const other = changedRow(before, { ...update, reading: { ...reading, pages: "none" } }, noonMs);
  expect(other).toEqual([{ id: "a", aspect: "latency", label: expect.any(String), pages: "none", of_group: "g" }]);
});
