import { expect, it } from "vitest";
import { learningOf } from "../../src/demo/learning.ts";
import { anOverview } from "../report/samples.ts";

const [ready, learning, , never] = anOverview.probes;
const calm = { ...anOverview, incidents: [] };

it("is done when every probe has run and none is still learning", () => {
  expect(learningOf({ ...calm, probes: [ready!] }, 1)).toEqual({
    isDone: true,
    least: undefined,
  });
  expect(learningOf({ ...calm, probes: [ready!, learning!] }, 2)).toEqual({
    isDone: false,
    least: { done: 9, of: 12 },
  });
});

it("is not done while a probe has yet to run", () => {
  expect(learningOf({ ...calm, probes: [ready!, never!] }, 2).isDone).toBe(false);
  expect(learningOf({ ...calm, probes: [ready!] }, 2).isDone).toBe(false);
  expect(learningOf({ ...calm, probes: [] }, 1)).toEqual({ isDone: false, least: undefined });
});

it("is not done while an incident of an earlier demo is open", () => {
  expect(learningOf({ ...anOverview, probes: [ready!] }, 1).isDone).toBe(false);
});
