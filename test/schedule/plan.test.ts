import { describe, expect, test } from "vitest";
import { plan } from "../../src/schedule/plan.ts";
import { probe as sample } from "../probe/samples.ts";

const everyMs = 60_000;
const probes = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ ...sample, id: `probe-${index}@eu`, name: `probe-${index}` }));

describe("the plan", () => {
  test("adding and removing probes moves no other, and the order does not matter", () => {
    const before = new Map(plan(probes(50)).map(({ id, offsetMs }) => [id, offsetMs]));
    const after = plan([...probes(80)].toReversed().filter((_, index) => index % 3 !== 0));
    const kept = after.filter(({ id }) => before.has(id));
    expect(kept.length).toBeGreaterThan(30);
    expect(kept.filter(({ id, offsetMs }) => before.get(id) !== offsetMs)).toEqual([]);
  });

  test.each([20, 200, 2000])("%i probes spread over the interval: no gap and no heap beyond chance", (count) => {
    const offsets = plan(probes(count))
      .map(({ offsetMs }) => offsetMs)
      .toSorted((a, b) => a - b);
    expect(offsets.every((offsetMs) => offsetMs >= 0 && offsetMs < everyMs && Number.isInteger(offsetMs))).toBe(true);
    const gaps = offsets.map((offsetMs, index) => (offsets[index + 1] ?? (offsets[0] ?? 0) + everyMs) - offsetMs);
    // Of n points at random the largest gap is near ln(n) / n; three times that has a chance below one in n².
    expect(Math.max(...gaps)).toBeLessThan((3 * Math.log(count) * everyMs) / count);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => offsets.filter((offsetMs) => Math.floor(offsetMs / (everyMs / 10)) === tenth).length,
    );
    expect(Math.max(...tenths)).toBeLessThan(count / 10 + 5 * Math.sqrt(count / 10));
  });

  test("the same name at two locations has two phases; cron has none", () => {
    const [eu, us, cron] = plan([
      { ...sample, id: "a@eu", location: "eu" },
      { ...sample, id: "a@us", location: "us" },
      { ...sample, id: "c@eu", cadence: { kind: "cron", pattern: "0 3 * * *", tz: "UTC" } },
    ]);
    expect(eu?.offsetMs).not.toBe(us?.offsetMs);
    expect(cron).toEqual({
      id: "c@eu",
      location: "eu",
      cadence: { kind: "cron", pattern: "0 3 * * *", tz: "UTC" },
      offsetMs: 0,
    });
  });
});
