import { expect, test } from "vitest";
import { judgeAvailability } from "../../../src/judgement/rules/availability.ts";
import type { Observation } from "../../../src/observation/observation.ts";

const gone = (attempts: number) =>
  judgeAvailability({ call: "ask", attempts, outcome: { kind: "fault", class: "connect" } } as unknown as Observation);

test("a run without a reply tells how many attempts were made in vain", () => {
  expect(gone(1)).toMatchObject({ outcome: "bad", failures: 1 });
  expect(gone(2)).toMatchObject({ outcome: "bad", failures: 2 });
});
