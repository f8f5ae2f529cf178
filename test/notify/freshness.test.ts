import { describe, expect, test } from "vitest";
import { sweep } from "../../src/notify/sweep.ts";
import { acknowledge } from "../../src/incident/acknowledge.ts";
import { blastRadiusOf, type PeerProbe } from "../../src/incident/blast-radius.ts";
import { alone, unwellAt } from "../../src/incident/inhibit.ts";
import { plainAlerting } from "../../src/probe/alerting.ts";
import { timeline } from "./day.ts";
import { atMs, incident, probe } from "./samples.ts";

const everyTen = { kind: "every", everyMs: 600_000 } as const;

describe("a reminder needs evidence", () => {
  test("what nobody checks any more is said once, by a message that wakes nobody", () => {
    const day = timeline("usage", ["pager"], plainAlerting, everyTen);
    day.slots("0:10", "1:00", "bad");
    day.wait("1:00", "23:59");
    expect(day.told).toEqual(["0:20 opened", "4:20 reminded"]);
    expect(day.reasons.at(-1)).toBe("not-checked");
  });

  test("checked again, and still bad: reminders go on", () => {
    const day = timeline("usage", ["pager"], plainAlerting, everyTen);
    day.slots("0:10", "1:00", "bad");
    day.wait("1:00", "8:00");
    day.slots("8:00", "12:30", "bad");
    expect(day.told).toEqual(["0:20 opened", "4:20 reminded", "8:20 reminded", "12:20 reminded"]);
    expect(day.reasons.at(-1)).toBe("still-firing");
  });

  test("nobody is escalated to about what nobody checks", () => {
    const escalate = { afterMs: 3_600_000, receivers: ["boss"] };
    const alerting = { ...plainAlerting, routes: [{ name: "all", match: {}, receivers: ["pager"], escalate }] };
    const day = timeline("usage", ["pager", "boss"], alerting, everyTen);
    day.slots("0:10", "0:20", "bad");
    day.wait("0:20", "4:00");
    expect(day.told).toEqual(["0:20 opened"]);
  });

  test("acknowledged: not even that", () => {
    const day = timeline("usage", ["pager"], plainAlerting, everyTen);
    day.slots("0:10", "0:20", "bad");
    day.act("0:30", acknowledge);
    day.wait("0:30", "9:00");
    expect(day.told).toEqual(["0:20 opened", "0:30 acknowledged"]);
  });

  test("the message says since when and why", () => {
    const stale = incident({ notifications: { lastNotifiedAtMs: atMs, receivers: { pager: { notifiedAtMs: atMs } } } });
    const around = { ...alone, unchecked: "paused by ann" };
    const owner = { ...probe, receivers: ["pager"] };
    const [entry] = sweep(stale, owner, around, atMs + 14_400_000)?.outbox ?? [];
    expect(entry?.alert).toMatchObject({
      summary:
        "mini valid-request: not checked since 2026-11-23 10:12 UTC (paused by ann), then: prompt tokens 12 → 57",
      uncheckedSince: "2026-11-23T10:12:00.000Z",
      tier: "ticket",
    });
  });
});

test.each([
  ["monitor-overloaded", false],
  ["same-cause", false],
  ["provider-is-down", true],
])("what was muted by %s is notified by the clock alone: %s", (reason, isNotified) => {
  const pending = incident({ notifications: { isPending: true, muted: { reason, by: "g-1" } } });
  const owner = { ...probe, receivers: ["pager"] };
  expect(sweep(pending, owner, alone, atMs + 1000)?.outbox.length ?? 0).toBe(isNotified ? 1 : 0);
});

test("while the monitor is overloaded or its clock is wrong, nothing it measures counts", () => {
  const group = (reason: "monitor-overloaded" | "provider-is-down", location: string, lastSlotMs = atMs) => ({
    ...alone,
    groups: [incident({ lastSlotMs, group: { reason, location, members: [], headline: "overloaded at eu" } })],
  });
  expect(unwellAt(group("monitor-overloaded", "eu"), "eu", atMs)).toBe("overloaded at eu");
  expect(unwellAt(group("monitor-overloaded", "us"), "eu", atMs)).toBeUndefined();
  expect(unwellAt(group("provider-is-down", "eu"), "eu", atMs)).toBeUndefined();
  expect(unwellAt(group("monitor-overloaded", "eu", atMs - 3_600_000), "eu", atMs)).toBeUndefined();
});

test("others are fine, or affected, by what was measured after it began", () => {
  const peer = (over: Partial<PeerProbe>): PeerProbe => ({
    probeId: "x@eu",
    target: "mini",
    scenario: "other",
    location: "eu",
    atMs,
    verdict: "ok",
    kinds: [],
    ...over,
  });
  const one = incident({ kind: "availability" });
  const before = one.firstBadSlotMs - 1;
  expect(blastRadiusOf(one, [peer({}), peer({ scenario: "old", atMs: before })]).fine).toEqual(["mini other"]);
  const bad = { verdict: "fail", kinds: ["availability"] } as const;
  expect(blastRadiusOf(one, [peer(bad), peer({ ...bad, atMs: atMs - 86_400_000 })]).affected).toEqual(["mini other"]);
  // One quick reply does not say that a probe is not slow.
  expect(blastRadiusOf(incident({ kind: "latency" }), [peer({})]).fine).toEqual([]);
});
