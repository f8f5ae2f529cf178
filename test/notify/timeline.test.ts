import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { acknowledge, resolveByHand } from "../../src/incident/acknowledge.ts";
import type { SilenceMatcher } from "../../src/incident/silence.ts";
import { type Alerting, plainAlerting } from "../../src/probe/alerting.ts";
import { probe } from "../probe/samples.ts";
import { timeline } from "./day.ts";

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
  expect(day.act("1:06", acknowledge)).toBe("ann has already acknowledged the incident");
  day.slots("1:10", "12:00", "bad");
  day.slots("12:10", "12:30", "good");
  expect(day.told).toEqual(["0:20 opened", "1:05 acknowledged", "12:20 resolved"]);
  expect(day.act("13:00", acknowledge)).toBe("the incident is not open");
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
    expect(day.told).toEqual(["2:00 opened", "2:50 resolved"]);
    expect(day.routes).toEqual(["opened: silenced", "reminded: opened", "resolved: resolved"]);
  });

  test("begun and over within the silence: nobody hears of it", () => {
    const day = timeline();
    day.silence("0:00", "2:00", { kind: "usage" });
    day.slots("0:10", "1:00", "bad");
    day.slots("1:10", "3:00", "good");
    expect(day.told).toEqual([]);
    expect(day.routes).toEqual(["opened: silenced", "resolved: nobody-was-notified"]);
  });

  test("silenced after it was told: no reminders, but that it is over", () => {
    const day = timeline();
    day.slots("0:10", "1:00", "bad");
    day.silence("1:00", "9:00", { scenario: "*" });
    day.slots("1:10", "8:00", "bad");
    day.slots("8:10", "8:30", "good");
    expect(day.told).toEqual(["0:20 opened", "8:20 resolved"]);
  });

  test("told before and silenced: that the silence has ended is told if it still lasts", () => {
    const day = timeline();
    day.slots("0:10", "0:30", "bad");
    day.silence("0:35", "1:30", { kind: "usage" });
    day.slots("0:40", "1:20", "bad");
    day.wait("1:21", "1:59");
    expect(day.told).toEqual(["0:20 opened", "1:30 reminded"]);
    expect(day.reasons.at(-1)).toBe("silence-ended");
    day.slots("2:00", "2:30", "bad");
    expect(day.told).toHaveLength(2);
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

describe("a maintenance window each night", () => {
  const window = { name: "nightly", match: {}, cron: "0 2 * * *", tz: "UTC", forMs: 3_600_000 };
  const alerting = { ...plainAlerting, maintenance: [window] };

  test("known before and unchanged after it: its end is no news, and reminders keep their pace", () => {
    const day = timeline("usage", ["pager"], alerting);
    day.slots("0:10", "6:00", "bad");
    expect(day.told).toEqual(["0:20 opened", "4:20 reminded"]);
    expect(day.incident()?.notifications?.muted).toBeUndefined();
  });

  test("begun within it and still there after it: told at its end", () => {
    const day = timeline("usage", ["pager"], alerting);
    day.slots("2:10", "4:00", "bad");
    expect([day.told, day.reasons.at(-1)]).toEqual([["3:00 opened"], "maintenance-ended"]);
  });

  test("known before and over within it: whoever was told is told", () => {
    const day = timeline("usage", ["pager"], alerting);
    day.slots("1:30", "2:10", "bad");
    day.slots("2:20", "2:40", "good");
    expect(day.told).toEqual(["1:40 opened", "2:30 resolved"]);
  });
});

describe("a target that is down is told once", () => {
  test("what else its probes find is muted by the outage, and told when that is over and it lasts", () => {
    const day = timeline();
    day.outage("0:05");
    day.slots("0:10", "1:00", "bad");
    day.outage(undefined);
    day.slots("1:10", "1:30", "bad");
    expect(day.told).toEqual(["1:10 opened"]);
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

describe("what comes back", () => {
  test("within half an hour of its end it is the same incident, told as such, and over once it stayed good as long", () => {
    const day = timeline();
    day.slots("0:10", "1:00", "bad");
    day.slots("1:10", "1:30", "good");
    day.slots("1:40", "2:00", "bad");
    day.slots("2:10", "3:00", "good");
    expect(day.told).toEqual(["0:20 opened", "1:20 resolved", "1:50 reopened", "2:30 resolved"]);
    expect(new Set(day.ids)).toHaveProperty("size", 1);
    expect(day.sequences).toEqual([1, 2, 3, 4]);
  });

  test("later than that it is another one", () => {
    const day = timeline();
    day.slots("0:10", "1:00", "bad");
    day.slots("1:10", "1:50", "good");
    day.slots("2:00", "2:20", "bad");
    expect(day.told).toEqual(["0:20 opened", "1:20 resolved", "2:10 opened"]);
    expect(new Set(day.ids)).toHaveProperty("size", 2);
  });

  test("a single bad slot after the end brings nothing back and takes nothing away", () => {
    const day = timeline();
    day.slots("0:10", "1:00", "bad");
    day.slots("1:10", "1:30", "good");
    day.slots("1:40", "1:40", "bad");
    day.slots("1:50", "2:10", "good");
    expect(day.told).toEqual(["0:20 opened", "1:20 resolved"]);
    expect(day.incident()).toMatchObject({ state: "resolved", badRuns: 6, episode: 1, sequence: 2 });
  });

  test("flapping: one good, one bad is one incident; two and two is told once an hysteresis window (fault 39)", () => {
    const oneByOne = timeline();
    for (let minute = 0; minute < 240; minute += 2) {
      oneByOne.minute(minute, "bad");
      oneByOne.minute(minute + 1, "good");
    }
    expect(oneByOne.told).toEqual(["0:02 opened"]);
    const twoByTwo = timeline();
    for (let minute = 0; minute < 240; minute += 4) {
      twoByTwo.minute(minute, "bad");
      twoByTwo.minute(minute + 1, "bad");
      twoByTwo.minute(minute + 2, "good");
      twoByTwo.minute(minute + 3, "good");
    }
    expect(twoByTwo.told).toEqual(["0:01 opened", "0:03 resolved", "0:05 reopened"]);
  });

  test("acknowledged, over and back: somebody has to take it on again, and is reminded", () => {
    const day = timeline();
    day.slots("0:10", "1:00", "bad");
    day.act("1:05", acknowledge);
    day.slots("1:10", "1:20", "good");
    day.slots("1:30", "6:00", "bad");
    expect(day.told).toEqual(["0:20 opened", "1:05 acknowledged", "1:20 resolved", "1:40 reopened", "5:40 reminded"]);
  });
});

describe("restarts and clocks", () => {
  const alerting: Alerting = {
    ...plainAlerting,
    routes: [{ name: "all", match: {}, receivers: ["pager"], escalate: { afterMs: 1_800_000, receivers: ["lead"] } }],
    maintenance: [{ name: "daily", match: {}, cron: "0 3 * * *", tz: "UTC", forMs: 3_600_000 }],
  };
  const qualities = ["good", "bad", "bad", "breaking", "informative"] as const;

  test("whenever it is restarted, the same is told as if it had not been (I3)", () => {
    const story = fc.array(fc.record({ quality: fc.constantFrom(...qualities), isRestart: fc.boolean() }), {
      minLength: 5,
      maxLength: 48,
    });
    fc.assert(
      fc.property(story, (steps) => {
        const [through, restarted] = [true, false].map((isThrough) => {
          const day = timeline("contract", ["pager", "lead"], alerting);
          for (const [index, { quality, isRestart }] of steps.entries()) {
            if (isRestart && !isThrough) day.restart();
            day.minute(index * 10, quality);
            if (!isThrough) day.restart();
            day.minute(index * 10 + 5, quality);
          }
          return day;
        });
        expect(restarted?.heard).toEqual(through?.heard);
        expect(restarted?.routes).toEqual(through?.routes);
        const main = through?.routes
          .map((it) => it.split(":")[0])
          .filter((it) => it !== "escalated" && it !== "reminded");
        expect(main?.every((it, index) => (it === "resolved") === (index % 2 === 1))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test("a clock that steps back an hour and forth again: no reminder twice, none lost", () => {
    const day = timeline();
    day.slots("0:10", "4:00", "bad");
    day.wait("3:00", "3:30");
    day.wait("4:01", "4:30");
    day.wait("3:30", "4:30");
    day.slots("4:40", "8:30", "bad");
    expect(day.told).toEqual(["0:20 opened", "4:20 reminded", "8:20 reminded"]);
  });
});

test("whoever is told first is told that it began, even if it began as information", () => {
  const day = timeline();
  day.slots("0:10", "0:30", "informative");
  day.slots("0:40", "0:50", "bad");
  expect(day.routes).toEqual(["opened: informative-only", "escalated: opened"]);
  expect(day.told).toEqual(["0:40 opened"]);
});

test("nobody to tell: nothing is owed to anybody, and no slot reminds of it", () => {
  const day = timeline("usage", []);
  day.slots("0:10", "2:00", "bad");
  expect(day.routes).toEqual(["opened: "]);
});
