import { describe, expect, test } from "vitest";
import { advance } from "../../src/alert/advance.ts";
import { tell } from "../../src/alert/tell.ts";
import { acknowledge, resolveByHand } from "../../src/incident/acknowledge.ts";
import type { Incident } from "../../src/incident/incident.ts";
import { alone, type Silence, type SilenceMatcher, type Surroundings } from "../../src/incident/mute.ts";
import type { FindingKind, Ruling } from "../../src/judgement/judgement.ts";
import { probe } from "../probe/samples.ts";

const minuteMs = 60_000;

/**
 * A day on a fake clock: a slot every ten minutes, `at("1:20", …)` does something first. What is told is written as
 * `2:10 opened`.
 */
function timeline(kind: FindingKind = "usage", receivers: readonly string[] = ["pager"]) {
  const subject = { kind, series: "s", label: "prompt tokens" };
  const bad: Ruling = {
    subject,
    outcome: "bad",
    findings: [{ kind, severity: "risky", subject: "prompt tokens", expected: "9", observed: "421" }],
  };
  let incident: Incident | undefined;
  let surroundings: Surroundings = alone;
  const told: string[] = [];
  const routes: string[] = [];
  const note = (clock: string, after: ReturnType<typeof tell>): void => {
    incident = after.incidents.at(-1) ?? incident;
    told.push(...after.outbox.map(({ alert }) => `${clock} ${alert.event}`));
    routes.push(...after.transitions.map((it) => `${it.kind}: ${it.routes.map(({ reason }) => reason).join()}`));
  };
  return {
    told,
    routes,
    silence(from: string, until: string, matcher: SilenceMatcher): void {
      const silence: Silence = {
        id: "sil-1",
        matcher,
        startsAtMs: msOf(from),
        endsAtMs: msOf(until),
        by: "ann",
        why: "x",
      };
      surroundings = { ...surroundings, silences: [...surroundings.silences, silence] };
    },
    outage(openedAt: string | undefined): void {
      const other = { fingerprint: "other", incidentId: "other-1", openedAtMs: msOf(openedAt ?? "0:00") };
      surroundings = { ...surroundings, outages: openedAt === undefined ? [] : [other] };
    },
    slots(from: string, until: string, quality: "bad" | "good"): void {
      for (let atMs = msOf(from); atMs <= msOf(until); atMs += 10 * minuteMs) {
        const ruling: Ruling = quality === "bad" ? bad : { subject, outcome: "good" };
        const context = { probe, slotMs: atMs, nowMs: atMs, evidence: { runId: "r" }, lastGoodSlotMs: undefined };
        const known = incident === undefined ? [] : [incident];
        note(clockOf(atMs), advance(known, [ruling], context, receivers, surroundings));
      }
    },
    act(at: string, act: typeof acknowledge): string {
      if (incident === undefined) throw new Error("nothing to act on");
      const result = act(incident, { by: "ann", why: "on it", atMs: msOf(at) });
      if (result.kind === "refused") return result.reason;
      note(at, tell(result.incident, result.transition, receivers));
      return "done";
    },
  };
}

function msOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return (hours * 60 + minutes) * minuteMs;
}

function clockOf(atMs: number): string {
  const minutes = Math.round(atMs / minuteMs);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

test("one alert when two slots agree, none while it lasts, one when two are good", () => {
  const day = timeline();
  day.slots("0:10", "1:00", "bad");
  day.slots("1:10", "2:00", "good");
  expect(day.told).toEqual(["0:20 opened", "1:20 resolved"]);
});

test("nobody acknowledges: a reminder every four hours, by the clock and not by the slot", () => {
  const day = timeline();
  day.slots("0:10", "12:00", "bad");
  expect(day.told).toEqual(["0:20 opened", "4:20 reminded", "8:20 reminded"]);
});

test("acknowledged: told once, no more reminders, and that it is over", () => {
  const day = timeline();
  day.slots("0:10", "1:00", "bad");
  expect(day.act("1:05", acknowledge)).toBe("done");
  expect(day.act("1:06", acknowledge)).toBe("ann has acknowledged it already");
  day.slots("1:10", "12:00", "bad");
  day.slots("12:10", "12:30", "good");
  expect(day.told).toEqual(["0:20 opened", "1:05 acknowledged", "12:20 resolved"]);
  expect(day.act("13:00", acknowledge)).toBe("it is not open");
});

test("resolved by hand: the next slots that agree are another incident", () => {
  const day = timeline();
  day.slots("0:10", "1:00", "bad");
  expect(day.act("1:05", resolveByHand)).toBe("done");
  day.slots("1:10", "1:30", "bad");
  expect(day.told).toEqual(["0:20 opened", "1:05 resolved", "1:20 opened"]);
});

describe("silences", () => {
  test("muted when it begins, told as soon as the silence is over, if it still lasts", () => {
    const day = timeline();
    day.silence("0:00", "2:00", { target: probe.target.name });
    day.slots("0:10", "2:30", "bad");
    day.slots("2:40", "3:00", "good");
    expect(day.told).toEqual(["2:00 reminded", "2:50 resolved"]);
    expect(day.routes).toEqual(["opened: silenced", "reminded: reminded", "resolved: resolved"]);
  });

  test("begun and over within the silence: nobody hears of it", () => {
    const day = timeline();
    day.silence("0:00", "2:00", { kind: "usage" });
    day.slots("0:10", "1:00", "bad");
    day.slots("1:10", "3:00", "good");
    expect(day.told).toEqual([]);
    expect(day.routes).toEqual(["opened: silenced", "resolved: nobody-was-told"]);
  });

  test("silenced after it was told: no reminders, but that it is over", () => {
    const day = timeline();
    day.slots("0:10", "1:00", "bad");
    day.silence("1:00", "9:00", { scenario: "*" });
    day.slots("1:10", "8:00", "bad");
    day.slots("8:10", "8:30", "good");
    expect(day.told).toEqual(["0:20 opened", "8:20 resolved"]);
  });

  test.each<[SilenceMatcher, boolean]>([
    [{ target: probe.target.name }, true],
    [{ target: "another" }, false],
    [{ probe: "*", location: probe.location }, true],
    [{ target: probe.target.name, kind: "latency" }, false],
    [{ scenario: "valid-*" }, true],
    [{ scenario: "v*d*t" }, true],
    [{ scenario: "*-requests" }, false],
    [{ scenario: "valid-request*request" }, false],
  ])("%j mutes: %s", (matcher, isMuted) => {
    const day = timeline();
    day.silence("0:00", "9:00", matcher);
    day.slots("0:10", "1:00", "bad");
    expect(day.told).toEqual(isMuted ? [] : ["0:20 opened"]);
  });
});

describe("a target that is down is told once", () => {
  test("what else its probes find is muted by the outage, and told when that is over and it lasts", () => {
    const day = timeline();
    day.outage("0:05");
    day.slots("0:10", "1:00", "bad");
    day.outage(undefined);
    day.slots("1:10", "1:30", "bad");
    expect(day.told).toEqual(["1:10 reminded"]);
    expect(day.routes[0]).toBe("opened: target-is-down");
  });

  test("the second probe that finds it down adds nothing", () => {
    const day = timeline("availability");
    day.outage("0:05");
    day.slots("0:10", "1:00", "bad");
    day.slots("1:10", "1:30", "good");
    expect(day.told).toEqual([]);
  });

  test("a policy breach is told all the same", () => {
    const day = timeline("policy");
    day.outage("0:05");
    day.slots("0:10", "1:00", "bad");
    expect(day.told).toEqual(["0:20 opened"]);
  });
});

test("nobody to tell: nothing is owed to anybody, and no slot reminds of it", () => {
  const day = timeline("usage", []);
  day.slots("0:10", "2:00", "bad");
  expect(day.routes).toEqual(["opened: "]);
});
