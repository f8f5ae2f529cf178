import { expect, it } from "vitest";
import { learningOf } from "../../src/demo/learning.ts";
import { anOverview } from "../report/samples.ts";

const [ready, learning, , never] = anOverview.probes;
const calm = { ...anOverview, incidents: [] };

it("is done when every probe has run and none is still learning", () => {
  expect(learningOf({ ...calm, probes: [ready!] }, 1)).toMatchObject({ isDone: true, least: undefined });
  expect(learningOf({ ...calm, probes: [ready!, learning!] }, 2)).toMatchObject({
    isDone: false,
    least: { done: 9, of: 12 },
  });
});

it("is not done while a probe has yet to run", () => {
  expect(learningOf({ ...calm, probes: [ready!, never!] }, 2).isDone).toBe(false);
  expect(learningOf({ ...calm, probes: [ready!] }, 2).isDone).toBe(false);
  expect(learningOf({ ...calm, probes: [] }, 1)).toMatchObject({ isDone: false, least: undefined, ran: 0 });
});

it("is not done while a probe has too few runs, although nothing seems to be left to learn", () => {
  expect(learningOf({ ...calm, probes: [ready!] }, 1, 20).isDone).toBe(true);
  expect(learningOf({ ...calm, probes: [ready!] }, 1, 21)).toMatchObject({
    isDone: false,
    least: { done: 20, of: 21 },
  });
});

it("is not done while an incident of an earlier demo is open", () => {
  expect(learningOf({ ...anOverview, probes: [ready!] }, 1)).toMatchObject({ isDone: false, open: 2 });
});
