import { describe, expect, test } from "vitest";
import type { Probe } from "../../src/probe/probe.ts";
import { neighboursOf, newTroubleIn } from "../../src/run/ask-neighbours.ts";
import { incident } from "../notify/samples.ts";
import { probe as sample } from "../probe/samples.ts";

const slotMs = Date.UTC(2026, 10, 23, 8);
const first = {
  ...incident(),
  kind: "availability",
  severity: "breaking",
  state: "suspected",
  lastBadSlotMs: slotMs,
  badRuns: 1,
  notifications: undefined,
} as const;

test.each([
  ["no reply, for the first time", {}, true],
  ["again", { badRuns: 2 }, false],
  ["of an earlier slot", { lastBadSlotMs: slotMs - 1 }, false],
  ["slower: one run of another probe says nothing", { kind: "latency" }, false],
  ["muted", { notifications: { muted: { reason: "silenced", by: "sil-1" } } }, false],
  ["for information", { severity: "informative" }, false],
] as const)("%s", (_what, over, isNew) => {
  expect(newTroubleIn([{ ...first, ...over }], slotMs)).toEqual(isNew ? [first.fingerprint] : []);
});

describe("who is asked", () => {
  const of = (id: string, target: string, host: string, scenario: string, everyMs = 600_000): Probe => ({
    ...sample,
    id,
    target: { ...sample.target, name: target, baseUrl: `https://${host}/v1` },
    scenario: { kind: "built-in", name: scenario },
    cadence: { kind: "every", everyMs },
  });
  const own = of("own", "mini", "a.example", "valid-request");
  const others = [
    of("elsewhere", "third", "b.example", "valid-request"),
    of("stranger", "third", "b.example", "streamed-request"),
    of("provider", "large", "a.example", "streamed-request"),
    of("soon", "mini", "a.example", "missing-model", 30_000),
    of("target", "mini", "a.example", "streamed-request"),
  ];

  test("the nearest first; none that is due at once, and none that has nothing in common", () => {
    expect(neighboursOf(own, [own, ...others]).map(({ id }) => id)).toEqual(["target", "provider", "elsewhere"]);
  });
});
