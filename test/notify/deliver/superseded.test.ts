import { describe, expect, test } from "vitest";
import { supersededEntries } from "../../../src/notify/deliver/superseded.ts";

const minuteMs = 60_000;

describe("what is old news", () => {
  const waiting = { receiver: "pager", attempts: 3, isLeased: false, incidentId: "i-1" } as const;
  const entry = (sequence: number, status: "firing" | "acknowledged" | "resolved", createdAtMs: number) => ({
    ...waiting,
    id: `m${sequence}`,
    sequence,
    status,
    createdAtMs,
  });

  test("a short outage is replayed, after a long one the latest goes out", () => {
    const queue = [entry(1, "firing", 0), entry(2, "firing", 5 * minuteMs), entry(3, "resolved", 6 * minuteMs)];
    expect(supersededEntries(queue, 9 * minuteMs)).toEqual([]);
    expect(supersededEntries(queue, 12 * minuteMs)).toEqual([{ by: "m3", ids: ["m1", "m2"] }]);
  });

  test("an acknowledgement needs what it acknowledges; what is being handed over is left alone", () => {
    const queue = [entry(1, "firing", 0), entry(2, "firing", 1), entry(3, "acknowledged", 2)];
    expect(supersededEntries(queue, 60 * minuteMs)).toEqual([{ by: "m2", ids: ["m1"] }]);
    const twice = [...queue, entry(4, "acknowledged", 3)];
    expect(supersededEntries(twice, 60 * minuteMs)).toEqual([
      { by: "m2", ids: ["m1"] },
      { by: "m4", ids: ["m3"] },
    ]);
    const [first, ...rest] = queue.map((one) => ({ ...one, isLeased: one.sequence === 1 }));
    expect(supersededEntries([first!, ...rest], 60 * minuteMs)).toEqual([]);
  });

  test("over before the first message, which waited for its group, went out: nobody is notified", () => {
    const held = { ...entry(1, "firing", 0), attempts: 0, heldUntilMs: 30_000 };
    const over = { ...entry(2, "resolved", 20_000), attempts: 0 };
    expect(supersededEntries([held, over], 20_000)).toEqual([{ by: "i-1", ids: ["m1", "m2"] }]);
    const late = { ...over, createdAtMs: 31_000 };
    expect(supersededEntries([held, late], 31_000)).toEqual([{ by: "m2", ids: ["m1"] }]);
    const tried = { ...held, attempts: 1 };
    expect(supersededEntries([tried, over], 20_000)).toEqual([]);
    // Whoever is at work in the morning is told of the night.
    const night = { ...held, heldUntilMs: 600 * minuteMs };
    expect(supersededEntries([night, over], 20_000)).toEqual([{ by: "m2", ids: ["m1"] }]);
  });

  test("acknowledged while the message waits for working hours: one message says both", () => {
    const night = { attempts: 0, heldUntilMs: 480 * minuteMs };
    const queue = [
      { ...entry(1, "firing", 0), ...night },
      { ...entry(2, "acknowledged", 60 * minuteMs), ...night },
    ];
    expect(supersededEntries(queue, 90 * minuteMs)).toEqual([]);
    expect(supersededEntries(queue, 480 * minuteMs)).toEqual([{ by: "m2", ids: ["m1"] }]);
  });

  test("what is held does not hold up what is not, and one incident not the other", () => {
    const held = { ...entry(1, "firing", 0), attempts: 0, heldUntilMs: 600 * minuteMs };
    expect(supersededEntries([held, entry(2, "firing", 1)], minuteMs)).toEqual([{ by: "m2", ids: ["m1"] }]);
    expect(supersededEntries([held, { ...entry(2, "firing", 1), incidentId: "i-2" }], minuteMs)).toEqual([]);
    expect(supersededEntries([entry(1, "firing", 0), { ...held, id: "m2", sequence: 2 }], 60 * minuteMs)).toEqual([]);
  });
});
