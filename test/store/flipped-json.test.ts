import fc from "fast-check";
import { expect, test } from "vitest";
import { readReference } from "../../src/judgement/drift/learn/reference.ts";
import { readWatchState } from "../../src/judgement/drift/level/watch-state.ts";
import type { Json } from "../../src/std/json.ts";

const learning = {
  startMs: 1,
  lastMs: 2,
  origin: 0.5,
  n: 2,
  stride: 1,
  chunks: 0,
  packed: "",
  open: "",
  tail: [0, 1],
  tailMs: 1,
  blocks: "",
};
const state = {
  v: 4,
  learning,
  heldOut: learning,
  weeks: { fromMs: 1, n: 2, sum: 3 },
  recurrences: { up: { n: 3, lastMs: 5, longestMs: 60_000, largest: 0.4, startsMs: [1] } },
  falsePositives: [7],
};

/** The text of a stored value after bits of some of its bytes have flipped, if that is JSON still. */
const flipped = (value: Json): fc.Arbitrary<Json | undefined> =>
  fc
    .array(fc.tuple(fc.nat(), fc.nat(6)), { minLength: 1, maxLength: 4 })
    .map((flips) => {
      const bytes = Buffer.from(JSON.stringify(value));
      for (const [at, bit] of flips) {
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
      }
      return bytes.toString();
    })
    .map((text) => {
      try {
        return JSON.parse(text) as Json;
      } catch {
        return undefined;
      }
    });

test("what judges remember is read whole or not at all, whatever bits have flipped", () => {
  expect(readWatchState(state)).toBeDefined();
  let whole = 0;
  fc.assert(
    fc.property(flipped(state), flipped({ v: 3, n: 60 }), (read, reference) => {
      const known = readWatchState(read);
      readReference(reference);
      if (known === undefined) return;
      whole += 1;
      expect(known.v).toBe(4);
      for (const part of [known.learning, known.heldOut]) {
        if (part !== undefined) expect(part.tail.every((it) => typeof it === "number")).toBe(true);
      }
    }),
    { numRuns: 3_000 },
  );
  expect(whole).toBeGreaterThan(10);
});
