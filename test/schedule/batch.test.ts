import { expect, test } from "vitest";
import { batchesOf, batchMs, mostInBatch } from "../../src/schedule/batch.ts";

const slotsOf = (count: number, gapMs: number, fromMs = 1_000_000) =>
  Array.from({ length: count }, (_, index) => ({ probeId: `p${index}`, slotMs: fromMs + index * gapMs }));

test("every slot is in one batch; a batch is small, of one window and in the order of time", () => {
  const slots = slotsOf(500, 7);
  const batches = batchesOf(slots.toSorted((one, other) => (one.probeId < other.probeId ? -1 : 1)));
  expect(batches.flat().toSorted((one, other) => one.slotMs - other.slotMs)).toEqual(slots);
  for (const batch of batches) {
    const times = batch.map(({ slotMs }) => slotMs);
    expect(batch.length).toBeLessThanOrEqual(mostInBatch);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(new Set(times.map((ms) => Math.floor(ms / batchMs))).size).toBe(1);
  }
});

test("whoever adds whole windows makes the same batches, whatever else it adds and in whatever order", () => {
  const slots = slotsOf(400, 3).concat(slotsOf(30, 0, 1_000_000 + 4 * batchMs));
  const late = slots.filter(({ slotMs }) => slotMs >= 1_000_000 + batchMs);
  expect(batchesOf(slots)).toEqual(expect.arrayContaining(batchesOf(late.toReversed())));
});
