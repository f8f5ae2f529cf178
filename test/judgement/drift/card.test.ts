import { expect, test } from "vitest";
import { learned } from "../../../bench/detection/play.ts";
import { scenarios, seriesOf } from "../../../bench/detection/series.ts";
import { cardOf } from "../../../src/judgement/drift/level/card.ts";
import { probe } from "../../probe/samples.ts";

const minute = 60_000;
const policy = { ...probe.judge, latencyFloorRatio: 1.05 };
const cardFor = (name: string) => {
  const scene = scenarios.find((it) => it.name === name) ?? scenarios[0]!;
  const { pipeline } = learned(seriesOf(scene, minute, 21), { intervalMs: minute, baselineDays: 14, floor: 0.05 });
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
