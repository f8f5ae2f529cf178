import { describe, expect, test } from "vitest";
import { isMatchedBy } from "../../src/incident/silence.ts";
import { ownMemory } from "../../src/store/memory.ts";
import { runDetailRow, silenceRow } from "../../src/store/rows.ts";
import { incidentOf, observation } from "./samples.ts";

const broken = [null, "x", 5, [], {}, [5], [{}]];

describe("JSON that somebody has changed by hand", () => {
  test.each([null, "x", 5, [], { target: 5 }, { target: { a: 1 } }])("a silence of %j mutes nothing", (matcher) => {
    const at = "2026-11-29T00:00:00Z";
    const row = { id: "s", matcher, starts_at: at, ends_at: at, by: "me", why: "test", ends_with: null };
    expect(isMatchedBy(incidentOf("p@eu", 1), silenceRow.decode(row).matcher)).toBe(false);
  });

  test.each(broken)("runs have no calls and no findings of %j", (value) => {
    const row = { run_id: "r", slot: "2026-11-29T00:00:00Z", state: "done", probe_id: "p", target: "t", model: "m" };
    const more = { scenario: "s", location: "eu", observations: value, findings: value, unjudged: value };
    const { observations, findings } = runDetailRow.decode({ ...row, ...more });
    expect([observations, findings]).toEqual([[], []]);
    expect(runDetailRow.decode({ ...row, ...more, observations: [5, observation] }).observations).toEqual([
      observation,
    ]);
  });

  test.each(broken)("an incident of %j is not remembered, others are", (value) => {
    const whole = incidentOf("p@eu", 1);
    const row = { version: "1", series: [], incidents: [value, whole] };
    expect(ownMemory(row, () => []).memory.incidents).toEqual([whole]);
  });
});
