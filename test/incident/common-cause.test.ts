import { describe, expect, test } from "vitest";
import { commonCauses, type Place } from "../../src/incident/common-cause.ts";
import type { Incident } from "../../src/incident/incident.ts";
import { incident } from "../notify/samples.ts";

const down = (target: string, over: Partial<Incident> = {}): Incident =>
  incident({ fingerprint: target, target, kind: "availability", severity: "breaking", location: "eu", ...over });

const places = (hosts: Record<string, string[]>, location = "eu"): Place[] =>
  Object.entries(hosts).flatMap(([host, targets]) => targets.map((target) => ({ host, target, location })));

const notified = (incidents: readonly Incident[], where: readonly Place[]): string[] =>
  commonCauses(incidents, where).map(
    ({ reason, location, down: names, watched }) =>
      `${reason} at ${location}: ${names.join()} of ${watched.toString()}`,
  );

const two = places({ "a.example": ["a1", "a2", "a3", "a4"], "b.example": ["b1", "b2"] });

describe("common causes", () => {
  test("one target that is down is nobody's but its own", () => {
    expect(notified([down("a1")], two)).toEqual([]);
  });

  test("several targets of one host are its provider's outage", () => {
    expect(notified([down("a1"), down("a3")], two)).toEqual(["provider-is-down at eu: a1,a3 of 4"]);
  });

  test("targets of two hosts, of which one is hardly down, are no outage of ours", () => {
    expect(notified([down("a1"), down("b1"), down("b2")], two)).toEqual(["provider-is-down at eu: b1,b2 of 2"]);
  });

  test("half of every host is no connectivity, and the providers' outages are below it", () => {
    expect(notified([down("a1"), down("a2"), down("b1")], two)).toEqual([
      "no-connectivity at eu: a1,a2,b1 of 6",
      "provider-is-down at eu: a1,a2 of 4",
    ]);
  });

  test("with one host nobody can tell its outage from ours: it is called the provider's", () => {
    const one = places({ "a.example": ["a1", "a2"] });
    expect(notified([down("a1"), down("a2")], one)).toEqual(["provider-is-down at eu: a1,a2 of 2"]);
  });

  test("locations are looked at one by one", () => {
    const both = [...two, ...places({ "a.example": ["a1", "a2", "a3", "a4"], "b.example": ["b1", "b2"] }, "us")];
    expect(notified([down("a1"), down("a2", { location: "us" })], both)).toEqual([]);
    const us = ["a1", "a2", "b1", "b2"].map((target) => down(target, { location: "us" }));
    expect(notified(us, both)[0]).toBe("no-connectivity at us: a1,a2,b1,b2 of 6");
  });

  test.each<[string, Partial<Incident>]>([
    ["has had a good slot since", { goodInARow: 1 }],
    ["is over", { state: "resolved" }],
    ["only fails more often", { severity: "risky" }],
    ["replies, with something else", { kind: "expectation" }],
    ["was silenced by somebody", { notifications: { muted: { reason: "silenced", by: "sil-1" } } }],
    ["is in maintenance", { notifications: { muted: { reason: "maintenance", by: "nightly" } } }],
  ])("what %s does not count", (_what, over) => {
    expect(notified([down("a1", over), down("a2")], two)).toEqual([]);
  });
});
