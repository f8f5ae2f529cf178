import { describe, expect, it } from "vitest";
import { type ReceivedAlert, type Injection, isPerfect, score, windowSlots } from "../../src/demo/score.ts";
import { storySteps } from "../../src/demo/story.ts";

const windowMs = windowSlots * 1000;

const injections: readonly Injection[] = storySteps.map((step, index) => ({
  step,
  atMs: 20_000 + index * 5000,
}));

function heard(change: Partial<ReceivedAlert>): ReceivedAlert {
  return {
    incidentId: "a-1",
    event: "opened",
    kind: "contract",
    scenario: "valid-request",
    summary: "something moved",
    receivedAtMs: 22_000,
    firstBadSlotAtMs: 20_500,
    ...change,
  };
}

const right: readonly ReceivedAlert[] = [
  heard({}),
  heard({
    kind: "error-shape",
    scenario: "invalid-key",
    receivedAtMs: 27_000,
    firstBadSlotAtMs: 25_100,
  }),
  heard({ kind: "usage", receivedAtMs: 33_000, firstBadSlotAtMs: 30_400 }),
  heard({
    kind: "latency",
    scenario: "missing-model",
    receivedAtMs: 38_000,
    firstBadSlotAtMs: 35_900,
  }),
  heard({ kind: "output", scenario: "same-model", receivedAtMs: 44_000, firstBadSlotAtMs: 41_000 }),
];

describe("score", () => {
  it("finds each drift, however many probes tell of it, and says how fast the first did", () => {
    const more = [
      heard({
        kind: "usage",
        scenario: "streamed-request",
        receivedAtMs: 32_000,
        firstBadSlotAtMs: 31_000,
      }),
      heard({ kind: "budget", scenario: "budgets", receivedAtMs: 33_500, firstBadSlotAtMs: 31_000 }),
      heard({ kind: "latency", receivedAtMs: 39_000, firstBadSlotAtMs: 36_000 }),
      heard({ event: "escalated", receivedAtMs: 40_000 }),
    ];
    const result = score(storySteps, injections, [...right, ...more]);
    expect(isPerfect(result)).toBe(true);
    expect(result.drifts.map(({ alerts }) => alerts[0]?.receivedAtMs ?? 0)).toEqual([
      22_000, 27_000, 32_000, 38_000, 44_000,
    ]);
    expect(result.drifts.map(({ alerts }) => alerts.length)).toEqual([2, 1, 3, 2, 1]);
  });

  it.each<[string, Partial<ReceivedAlert>]>([
    ["a kind nothing was done for", { kind: "availability" }],
    ["a broken rule", { kind: "policy", scenario: "invalid-key", receivedAtMs: 45_000, firstBadSlotAtMs: 44_000 }],
    ["the right kind on a scenario the drift does not touch", { scenario: "streamed-request" }],
    [
      "a changed envelope where nothing is refused",
      { kind: "error-shape", receivedAtMs: 28_000, firstBadSlotAtMs: 26_000 },
    ],
    [
      "usage where there is none",
      { kind: "usage", scenario: "invalid-key", receivedAtMs: 33_000, firstBadSlotAtMs: 31_000 },
    ],
    ["the right kind before the drift", { kind: "latency", receivedAtMs: 30_000, firstBadSlotAtMs: 28_000 }],
    ["an incident that began well before the drift", { firstBadSlotAtMs: 20_000 - windowMs - 1 }],
    ["a drift called over while it is in force", { event: "resolved", receivedAtMs: 40_000 }],
  ])("does not expect %s", (_name, change) => {
    const result = score(storySteps, injections, [...right, heard(change)]);
    expect(result.unexpected).toEqual([heard(change)]);
    expect(isPerfect(result)).toBe(false);
  });

  it("takes one bad slot from just before a drift as part of the same window", () => {
    const early = [heard({ firstBadSlotAtMs: 20_000 - windowMs }), ...right.slice(1)];
    expect(isPerfect(score(storySteps, injections, early))).toBe(true);
  });

  it("does not let a false alert stand for the real one", () => {
    const early = heard({ kind: "latency", receivedAtMs: 30_000, firstBadSlotAtMs: 28_000 });
    const result = score(storySteps, injections, [...right.slice(0, 3), early, ...right.slice(4)]);
    expect(result.drifts[3]?.alerts).toEqual([]);
    expect(result.unexpected).toEqual([early]);
  });

  it("misses what nobody told of", () => {
    expect(isPerfect(score(storySteps, injections, right.slice(1)))).toBe(false);
    expect(isPerfect(score(storySteps, injections, []))).toBe(false);
  });

  it("is not perfect before everything was injected", () => {
    const result = score(storySteps, injections.slice(0, 2), right.slice(0, 2));
    expect(result.notInjected).toEqual(storySteps.slice(2));
    expect(isPerfect(result)).toBe(false);
  });

  it("sets apart what is about the machine, and knows a slower schedule", () => {
    const own = heard({ kind: "monitor", firstBadSlotAtMs: 21_000 });
    const result = score(storySteps, injections, [...right, own]);
    expect([result.own, result.unexpected, isPerfect(result)]).toEqual([[own], [], true]);
    const early = heard({ firstBadSlotAtMs: 20_000 - windowSlots * 6000 });
    expect(score(storySteps, injections, [early, ...right.slice(1)]).unexpected).toEqual([early]);
    expect(score(storySteps, injections, [early, ...right.slice(1)], 6000).unexpected).toEqual([]);
  });

  it("sets apart what began in an earlier demo on the same data", () => {
    const old = heard({ event: "resolved", receivedAtMs: 9000, firstBadSlotAtMs: -60_000 });
    const result = score(storySteps, injections, [old, ...right]);
    expect(result.earlier).toEqual([old]);
    expect(isPerfect(result)).toBe(true);
  });
});
