import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderAlertText } from "../../../src/notify/compose/render-text.ts";
import { testEntry } from "../../../src/notify/compose/test-alert.ts";
import { displayWidth } from "../../../src/std/display-width.ts";
import { alertOf, incident, promptTokens } from "../samples.ts";

test("reads as a person needs it", () => {
  expect(renderAlertText(alertOf())).toBe(
    `FIRING: changed token usage
mini valid-request: prompt tokens 12 → 57, 2 of 3 runs

  prompt tokens: 12 → 57

since          2026-11-23 10:10 UTC, or up to 1 min earlier; 2 min so far
for users      each request costs more than before
next step      Check the new cost of a request and your spend caps. Ask the
               provider whether token counting has changed.
likely cause   provider
where          mini (gpt-4o-mini), valid-request, from eu
request        req_8f2c
details        plumbline incident show f00dfeed-1
acknowledge    plumbline incident ack f00dfeed-1 --why "…"
`,
  );
});

test("a resolved one says from when to when", () => {
  const text = renderAlertText(alertOf({ state: "resolved" }, "resolved"));
  expect(text).toMatch(/^RESOLVED: changed token usage\n/);
  expect(text).toContain("lasted         2 min: 2026-11-23 10:10 UTC to 2026-11-23 10:12 UTC\n");
  expect(text).toContain("next step      No action needed");
});

test("a change that is too long for a line stands on several", () => {
  const findings = [
    {
      ...promptTokens,
      subject: "$.choices[].message",
      expected: "a ".repeat(40),
      observed: "b ".repeat(40),
    },
  ];
  expect(renderAlertText(alertOf({ findings }))).toContain(`  $.choices[].message
    before  ${"a ".repeat(34).trim()}
            ${"a ".repeat(6).trim()}
    after   ${"b ".repeat(34).trim()}
`);
});

test("says how many changes it does not show, and when there was no reply", () => {
  const findings = Array.from({ length: 13 }, (_, index) => ({
    ...promptTokens,
    subject: `field ${index}`,
  }));
  const text = renderAlertText(alertOf({ findings, evidence: [{ runId: "r1" }] }));
  expect(text).toContain("  and 3 more\n");
});

test("colour is added and changes nothing else", () => {
  const style = (text: string) => `\u001b[1m${text}\u001b[22m`;
  const coloured = renderAlertText(alertOf(), { style });
  expect(coloured).toContain("\u001b[1mFIRING");
  expect(stripVTControlCharacters(coloured)).toBe(renderAlertText(alertOf()));
});

describe("whatever the alert holds", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.constantFrom("漢字".repeat(100), "👩‍👩‍👧".repeat(30), "x".repeat(300)),
  );
  test("no line is wider than asked and no control character is in it", () => {
    fc.assert(
      fc.property(anything, anything, fc.integer({ min: 40, max: 120 }), (one, other, columns) => {
        const base = alertOf();
        const alert = {
          ...base,
          summary: one,
          target: one,
          nextStep: other,
          reason: one,
          firstBadSlot: one,
          changes: [{ what: one, before: other, after: one }],
          evidence: incident().evidence.map((item) => ({ ...item, runId: other, requestId: one })),
        };
        const lines = renderAlertText(alert, { columns }).split("\n");
        for (const line of lines) {
          expect(displayWidth(line)).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        }
      }),
    );
  });
});

test("a test says that it is one, and nothing else", () => {
  const { alert } = testEntry("team", "opened", Date.parse("2026-11-23T10:00:00Z"));
  expect(renderAlertText(alert).replace(alert.incidentId, "test-1")).toBe(`TEST
TEST from Plumbline: nothing is wrong, no action needed

next step      No action needed: somebody is testing this receiver.
incident       test-1
`);
});
