import { expect, test } from "vitest";
import { acknowledge } from "../../src/incident/acknowledge.ts";
import { recurrenceOf } from "../../src/incident/history.ts";
import { alertFacts } from "../../src/notify/compose/facts.ts";
import { composeAlert } from "../../src/notify/compose/compose.ts";
import { timeline } from "../notify/day.ts";
import { atMs, incident, transition } from "../notify/samples.ts";

const dayMs = 86_400_000;

test("what comes again says how often, how long each time, and what somebody noted", () => {
  const day = timeline();
  for (const hour of [0, 2, 4]) {
    day.slots(`${hour}:10`, `${hour}:40`, "bad");
    if (hour === 2) day.act(`${hour}:45`, acknowledge);
    day.slots(`${hour}:50`, `${hour + 1}:30`, "good");
  }
  day.slots("6:10", "6:20", "bad");
  const now = day.incident();
  if (now === undefined) throw new Error("no incident");
  const alert = composeAlert(now, transition("opened", { atMs: 6 * 3_600_000 }));
  expect(alert.recurrence).toBe("4th time in 14 days, each about 50 min, last time: ann: on it");
  expect(alertFacts(alert)).toContainEqual(["again", alert.recurrence]);
});

test("reopened, it is the same episode and no further one", () => {
  const day = timeline();
  day.slots("0:10", "0:40", "bad");
  day.slots("0:50", "1:10", "good");
  day.slots("1:20", "1:40", "bad");
  expect(day.told.at(-1)).toBe("1:30 reopened");
  expect(day.incident()?.history).toBeUndefined();
});

test("the first time, and what is older than 14 days, is no recurrence", () => {
  expect(recurrenceOf(incident(), atMs)).toBeUndefined();
  const old = { atMs: atMs - 15 * dayMs, lastedMs: 1 };
  expect(recurrenceOf(incident({ history: [old] }), atMs)).toBeUndefined();
  const lately = [600_000, 60_000, 6_000_000].map((lastedMs) => ({ atMs: atMs - dayMs, lastedMs }));
  expect(recurrenceOf(incident({ history: [old, ...lately] }), atMs)).toEqual({
    times: 4,
    usuallyMs: 600_000,
    lastNote: undefined,
  });
});
