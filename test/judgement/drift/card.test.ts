import { expect, test } from "vitest";
import { correlated } from "../../../bench/changes/large.ts";
import { delayOf, learned } from "../../../bench/detection/play.ts";
import { scenarios, seriesOf } from "../../../bench/detection/series.ts";
import { cardOf } from "../../../src/judgement/drift/level/card.ts";
import { probe } from "../../probe/samples.ts";

const minute = 60_000;
const policy = { ...probe.judge, latencyFloorRatio: 1.05 };
const scenes = (name: string) => scenarios.find((it) => it.name === name) ?? scenarios[0]!;
const cardFor = (name: string) => {
  const { pipeline } = learned(seriesOf(scenes(name), minute, 21), {
    intervalMs: minute,
    baselineDays: 14,
    floor: 0.05,
  });
  return cardOf(pipeline.reference, policy);
};

test("a card says what is normal and how long a move takes to be found", () => {
  const card = cardFor("iid");
  expect(card.usual.middle).toBeGreaterThan(780);
  expect(card.usual.middle).toBeLessThan(820);
  expect(card.usual.high / card.usual.middle).toBeCloseTo(Math.exp(1.645 * 0.35), 0);
  expect(card).toMatchObject({ mayPage: true, n: 14 * 1440, falsePageEveryMs: 180 * 1440 * minute });
  const minutes = card.findsAfterMs.map(({ afterMs }) => (afterMs ?? Infinity) / minute);
  // As simulated: 138, 24 and 8 minutes.
  expect(minutes[0]).toBeGreaterThan(110);
  expect(minutes[0]).toBeLessThan(260);
  expect(minutes[1]).toBeGreaterThan(18);
  expect(minutes[1]).toBeLessThan(36);
  expect(minutes[2]).toBeLessThan(12);
});

test("a season is shown, and wander as what it hides", () => {
  expect(cardFor("season").season).toBeCloseTo(1.2, 1);
  const [small, , double] = cardFor("wander").findsAfterMs;
  expect(small?.afterMs).toBeUndefined();
  expect(double?.afterMs).toBeGreaterThan(8 * minute);
});

test("what is found late, and from which size on, is what the engine does", () => {
  const hour = 60 * minute;
  const setting = { intervalMs: hour, baselineDays: 14, floor: 0.05 };
  const cards = [1, 2, 3].map((seed) => {
    const { pipeline } = learned(correlated(0.8, 0.6, hour, seed), setting);
    return cardOf(pipeline.reference, policy);
  });
  for (const { blindBelow, findsAfterMs } of cards) {
    expect(blindBelow).toBeGreaterThanOrEqual(3);
    expect(findsAfterMs.at(-1)?.afterMs ?? Infinity).toBeGreaterThan(24 * hour);
  }
  expect(cardFor("iid")).not.toHaveProperty("blindBelow");
});

test("printed times are those of series that were not replayed", () => {
  const ratios = [1.5, 2].map((factor) => {
    const told = Array.from({ length: 9 }, (_, seed) => {
      const setting = { intervalMs: minute, baselineDays: 14, floor: 0.05 };
      return delayOf(scenes("ar6"), setting, seed + 301, { kind: "level", factor }) ?? Infinity;
    }).toSorted((a, b) => a - b)[4]!;
    const printed = cardFor("ar6").findsAfterMs.find(({ ratio }) => ratio === factor)?.afterMs ?? Infinity;
    return (told * minute) / printed;
  });
  for (const ratio of ratios) {
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.7);
  }
});
