import { describe, expect, it } from "vitest";
import { type StoryFacts, nextMove, storyPace, storySteps } from "../../src/demo/story.ts";
import { driftNamed } from "../../src/testbed/drifts.ts";

const pace = storyPace(90_000);
const [first, second] = storySteps;
const drift = (injectedAtMs: number, foundAtMs?: number) => ({ injectedAtMs, foundAtMs });
const fourFound = [drift(16_000, 18_000), drift(20_000, 21_000), drift(24_000, 25_500), drift(28_000, 28_000)];
const allFound = [...fourFound, drift(32_000, 33_000)];

describe("the steps", () => {
  it("expect what the drifts say they are reported as", () => {
    for (const { drift: name, kind } of storySteps) expect(driftNamed(name)?.reportedAs).toContain(kind);
    expect(new Set(storySteps.map(({ kind }) => kind)).size).toBe(storySteps.length);
  });
});

describe("nextMove", () => {
  it.each<[string, StoryFacts, ReturnType<typeof nextMove>]>([
    ["waits while learning", { elapsedMs: 30_000, learnedAtMs: undefined, drifts: [] }, { kind: "wait" }],
    ["lets it be calm", { elapsedMs: 15_000, learnedAtMs: 14_000, drifts: [] }, { kind: "wait" }],
    ["begins", { elapsedMs: 16_000, learnedAtMs: 14_000, drifts: [] }, { kind: "inject", step: first! }],
    [
      "goes on when that was read",
      { elapsedMs: 20_500, learnedAtMs: 0, drifts: [drift(16_000, 18_000)] },
      { kind: "inject", step: second! },
    ],
    ["leaves that time", { elapsedMs: 20_400, learnedAtMs: 0, drifts: [drift(16_000, 18_000)] }, { kind: "wait" }],
    ["not too fast", { elapsedMs: 19_900, learnedAtMs: 0, drifts: [drift(16_000, 16_500)] }, { kind: "wait" }],
    ["waits for the alert", { elapsedMs: 25_900, learnedAtMs: 0, drifts: [drift(16_000)] }, { kind: "wait" }],
    [
      "goes on without it",
      { elapsedMs: 26_000, learnedAtMs: 0, drifts: [drift(16_000)] },
      { kind: "inject", step: second! },
    ],
    ["listens on at the end", { elapsedMs: 37_000, learnedAtMs: 0, drifts: allFound }, { kind: "wait" }],
    ["ends", { elapsedMs: 38_000, learnedAtMs: 0, drifts: allFound }, { kind: "finish" }],
    [
      "waits for the last one",
      { elapsedMs: 85_000, learnedAtMs: 0, drifts: [...fourFound, drift(32_000)] },
      { kind: "wait" },
    ],
    [
      "but not for ever",
      { elapsedMs: 86_000, learnedAtMs: 0, drifts: [...fourFound, drift(32_000)] },
      { kind: "finish" },
    ],
    ["waits for baselines", { elapsedMs: 85_000, learnedAtMs: undefined, drifts: [] }, { kind: "wait" }],
    ["ends in time whatever happened", { elapsedMs: 86_000, learnedAtMs: undefined, drifts: [] }, { kind: "finish" }],
  ])("%s", (_name, facts, move) => {
    expect(nextMove(facts, pace)).toEqual(move);
  });

  it("waits minutes for a slow machine: all changes are made, each after the alert about the one before", () => {
    const slow = storyPace(900_000);
    const drifts: StoryFacts["drifts"][number][] = [];
    let elapsedMs = 0;
    for (; elapsedMs < 900_000; elapsedMs += 250) {
      const last = drifts.at(-1);
      if (last && elapsedMs === last.injectedAtMs + 60_000) drifts.splice(-1, 1, drift(last.injectedAtMs, elapsedMs));
      const move = nextMove({ elapsedMs, learnedAtMs: elapsedMs < 300_000 ? undefined : 300_000, drifts }, slow);
      if (move.kind === "inject") drifts.push(drift(elapsedMs));
      if (move.kind === "finish") break;
    }
    expect(drifts.map(({ injectedAtMs }) => injectedAtMs)).toEqual([302_000, 364_500, 427_000, 489_500, 552_000]);
    expect(elapsedMs).toBe(617_000);
  });
});
