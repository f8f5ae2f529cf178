import { expect, it } from "vitest";
import { score } from "../../src/demo/score.ts";
import { storySteps } from "../../src/demo/story.ts";
import { renderSummary } from "../../src/demo/summary.ts";

const [contract, envelope] = storySteps;
const heard = {
  incidentId: "a-1",
  event: "opened",
  kind: "contract",
  scenario: "valid-request",
  summary: "role is gone",
  receivedAtMs: 23_240,
  firstBadSlotAtMs: 20_500,
} as const;

it("says what was changed, noticed, missed and invented", () => {
  const facts = {
    score: score(
      storySteps,
      [
        { step: contract!, atMs: 20_000 },
        { step: envelope!, atMs: 26_000 },
      ],
      [heard, { ...heard, kind: "latency" }, { ...heard, kind: "usage", firstBadSlotAtMs: -1 }],
    ),
    elapsedMs: 40_000,
    requests: 160,
    rejected: 0,
  };
  expect(renderSummary(facts, false)).toMatchInlineSnapshot(`
    "What was changed, and what was detected

     ✓ field-removed  choices[].message.role is gone from plain replies
        injected at 00:20, contract alert on valid-request after 3.24 s
     ✗ error-envelope  errors are a bare string instead of an object
        injected at 00:26, no error-shape alert came within 14 s
     - prompt-tokens  was not injected
     - latency-doubled  was not injected
     - model-swapped  was not injected

     ✗ unexpected alert  00:23 latency on valid-request opened: role is gone
     · from an earlier demo: 00:23 usage on valid-request opened: role is gone
     1 of 5 drifts found, 1 other report · 160 requests · 40 s
    "
  `);
  expect(renderSummary(facts, true)).toContain("\u001B[32m");
});
