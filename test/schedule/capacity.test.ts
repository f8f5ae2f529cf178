import { expect, test } from "vitest";
import { createCapacity } from "../../src/schedule/capacity.ts";
import type { DueSlot } from "../../src/schedule/coming.ts";

const everyMs = 10_000;
const due = (id: string): DueSlot => ({
  probeId: id,
  slotMs: 0,
  entry: { id, location: "eu", cadence: { kind: "every", everyMs }, place: 0, offsetMs: 0 },
});

/** Which of 400 slots a second are admitted when workers take 5, in one second. */
function admittedOf(capacity: ReturnType<typeof createCapacity>, second: number, ids: readonly string[]): string[] {
  capacity.look(0, 10_000, second * 1000);
  return capacity.admit(ids.map(due), 2_500, 0).admitted.map(({ probeId }) => probeId);
}

test("what a probe got before it was removed counts for nothing when it comes back", () => {
  const [kept, fresh] = [createCapacity(), createCapacity()];
  const ids = Array.from({ length: 400 }, (_, index) => `p${index}`);
  for (const capacity of [kept, fresh])
    for (let second = 1; second < 20; second += 1) admittedOf(capacity, second, ids);
  kept.keepOnly(new Set(ids));
  expect(admittedOf(kept, 20, ids)).toEqual(admittedOf(fresh, 20, ids));
  kept.keepOnly(new Set());
  const credits = (capacity: typeof kept): string[] => {
    capacity.look(0, 0, 21_000);
    return capacity.admit(ids.map(due), 2_500, 0).shed.map(({ probeId }) => probeId);
  };
  expect(credits(kept)).not.toEqual(credits(fresh));
});
