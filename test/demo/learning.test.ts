import { expect, it } from "vitest";
import { learningOf } from "../../src/demo/learning.ts";
import { anOverview } from "../report/samples.ts";

const [ready, learning, , never] = anOverview.probes;

it("is done when every probe has run and none is still learning", () => {
  expect(learningOf({ ...anOverview, probes: [ready!] }, 1)).toEqual({
    isDone: true,
    least: undefined,
  });
  expect(learningOf({ ...anOverview, probes: [ready!, learning!] }, 2)).toEqual({
    isDone: false,
    least: { done: 9, of: 12 },
  });
});

it("is not done while a probe has yet to run", () => {
  expect(learningOf({ ...anOverview, probes: [ready!, never!] }, 2).isDone).toBe(false);
  expect(learningOf({ ...anOverview, probes: [ready!] }, 2).isDone).toBe(false);
  expect(learningOf({ ...anOverview, probes: [] }, 1)).toEqual({ isDone: false, least: undefined });
});
