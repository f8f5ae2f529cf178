import { expect, test } from "vitest";
import type { Probe } from "../../src/probe/probe.ts";
import { probe as sample } from "../probe/samples.ts";
import { follow, marginals, type Mood, repliesOf } from "./world.ts";

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;
const everyMs = 5 * minuteMs;
const days = 30;

interface Plan {
  readonly what: string;
  readonly fromDay: number;
  readonly mood: Mood;
  readonly untilDay?: number;
  /** What has to be told of it; nothing for what is no drift. */
  readonly told?: { readonly kind: string; readonly label: string; readonly withinHours: number };
  /** The request is another one from then on. */
  readonly model?: string;
}

const plans: ReadonlyMap<number, Plan> = new Map([
  [
    2,
    {
      what: "half as slow again",
      fromDay: 15.3,
      mood: { slower: 1.5 },
      told: { kind: "latency", label: "total time", withinHours: 12 },
    },
  ],
  [
    5,
    {
      what: "twice as slow",
      fromDay: 9.6,
      mood: { slower: 2 },
      told: { kind: "latency", label: "total time", withinHours: 6 },
    },
  ],
  [
    8,
    {
      what: "another tokenizer",
      fromDay: 20.1,
      mood: { promptTokens: 31 },
      told: { kind: "usage", label: "prompt tokens", withinHours: 1 },
    },
  ],
  [
    11,
    {
      what: "longer answers",
      fromDay: 12.4,
      mood: { longer: 1.4 },
      told: { kind: "usage", label: "completion tokens", withinHours: 6 },
    },
  ],
  [
    14,
    {
      what: "one run in seven fails",
      fromDay: 17.8,
      mood: { failures: 0.15 },
      told: { kind: "availability", label: "error rate", withinHours: 24 },
    },
  ],
  [3, { what: "three per cent, within the floor", fromDay: 14, mood: { slower: 1.03 } }],
  [9, { what: "our own machine was overloaded", fromDay: 16, untilDay: 16.3, mood: { slower: 4, starved: true } }],
  [
    15,
    { what: "another model, as announced", fromDay: 18, mood: { slower: 1.8, promptTokens: 28 }, model: "mini-next" },
  ],
]);

/** Two failures among three runs are for the incident rule to tell; this is about drift. */
const isDrift = ({ label }: { readonly label: string }): boolean => label !== "reply";

function probeOf(index: number, model: string): Probe {
  const name = `target-${index}`;
  const judge = { ...sample.judge, latencyFloorRatio: 1.05 };
  // Its answers have about 120 tokens.
  const target = { ...sample.target, name, model, answerTokens: 1000 };
  return { ...sample, id: `${name}@eu`, name, target, cadence: { kind: "every", everyMs }, judge };
}

test("thirty days of ten targets: the five planted drifts open incidents, and nothing else does", () => {
  // Two targets at which nothing changes, and every plan.
  for (const index of [0, 1, ...plans.keys()]) {
    const plan = plans.get(index);
    const startMs = Date.UTC(2026, 2, 1) + index * 7 * minuteMs;
    const marginal = marginals[index % marginals.length] ?? [];
    const next = repliesOf(marginal, index + 1);
    const { run, told: notified } = follow();
    const [usual, other] = [probeOf(index, "mini"), probeOf(index, plan?.model ?? "mini")];
    for (let slotMs = startMs; slotMs < startMs + days * dayMs; slotMs += everyMs) {
      const day = (slotMs - startMs) / dayMs;
      const isOn = plan !== undefined && day >= plan.fromDay && day < (plan.untilDay ?? days);
      run(isOn && plan.model !== undefined ? other : usual, next(slotMs, isOn ? plan.mood : {}), slotMs);
    }
    const drifts = notified.filter(isDrift);
    const expected = plan?.told;
    const seen = [...new Set(drifts.map(({ kind, label }) => `${kind}: ${label}`))];
    expect(seen, `target ${index}, ${plan?.what ?? "nothing planted"}`).toEqual(
      expected === undefined ? [] : [`${expected.kind}: ${expected.label}`],
    );
    if (expected === undefined || plan === undefined) continue;
    const tookMs = (drifts[0]?.atMs ?? Infinity) - (startMs + plan.fromDay * dayMs);
    expect(tookMs, plan.what).toBeGreaterThanOrEqual(0);
    expect(tookMs, plan.what).toBeLessThan(expected.withinHours * 3_600_000);
  }
});
