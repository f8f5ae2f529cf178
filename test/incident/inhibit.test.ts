import { describe, expect, test } from "vitest";
import type { Incident } from "../../src/incident/incident.ts";
import { alone, muteOf } from "../../src/incident/inhibit.ts";
import { atMs, incident } from "../notify/samples.ts";

const minuteMs = 60_000;
const moved = {
  group: "g",
  kind: "latency",
  model: "some-model",
  label: "total time",
  direction: "up",
  exceptions: ["0ther"],
} as const;
const cover: Incident = incident({
  fingerprint: "c0ffee",
  kind: "latency",
  target: "mini",
  location: "all",
  goodInARow: 0,
  lastSlotMs: atMs,
  group: { reason: "moved-together", targets: ["mini"], moved, members: ["a", "b"], headline: "x" },
});
const member = (over: Partial<Incident> = {}): Incident =>
  incident({ kind: "latency", target: "mini", model: "some-model", label: "total time", location: "eu", ...over });
const muted = (one: Incident, groups = cover, nowMs = atMs): string | undefined =>
  muteOf(one, { ...alone, groups: [groups] }, [], nowMs)?.by;

describe("a move of several probes keeps quiet", () => {
  test("what measures the same of that target and model, wherever it is asked", () => {
    expect(muted(member())).toBe("c0ffee-1");
    expect(muted(member({ location: "us", scenario: "streaming" }))).toBe("c0ffee-1");
  });

  test.each<[string, Partial<Incident>]>([
    ["another target", { target: "large" }],
    ["another model", { model: "other-model" }],
    ["something else of it", { label: "time to first content" }],
    ["another kind", { kind: "usage" }],
    ["what has moved the other way", { fingerprint: "0ther" }],
  ])("not %s", (_what, over) => expect(muted(member(over))).toBeUndefined());

  test("neither itself, nor anything when nobody has confirmed it for long or it is back", () => {
    expect(muted(cover)).toBeUndefined();
    expect(muted(member(), cover, atMs + 16 * minuteMs)).toBeUndefined();
    expect(muted(member(), { ...cover, goodInARow: 1 })).toBeUndefined();
  });
});
