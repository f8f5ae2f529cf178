import { expect, test } from "vitest";
import { judgeRun } from "../../../src/judgement/judge-run.ts";
import { judgeAvailability } from "../../../src/judgement/rules/availability.ts";
import type { Observation } from "../../../src/observation/observation.ts";
import { catalogue } from "../../../src/scenario/resolve.ts";
import { probe } from "../../probe/samples.ts";

const gone = (attempts: number) =>
  judgeAvailability({ call: "ask", attempts, outcome: { kind: "fault", class: "connect" } } as unknown as Observation);

test("a run without a reply tells how many attempts were made in vain", () => {
  expect(gone(1)).toMatchObject({ outcome: "bad", failures: 1 });
  expect(gone(2)).toMatchObject({ outcome: "bad", failures: 2 });
});

test.each(catalogue)("$name: never ok while the circuit breaker sends nothing", (scenario) => {
  const observation: Observation = {
    call: scenario.name,
    mode: "plain",
    outcome: { kind: "fault", class: "circuit-open" },
    timings: { totalMs: 0 },
    attempts: 1,
    connection: "fresh",
    maxLoopDelayMs: 0,
  };
  const { verdict } = judgeRun({ probe, scenario, observations: [observation], memory: [], slotMs: 0 });
  expect(verdict).not.toBe("ok");
});
