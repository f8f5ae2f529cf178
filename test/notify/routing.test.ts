import { describe, expect, test } from "vitest";
import { acknowledge } from "../../src/incident/acknowledge.ts";
import { tierOf } from "../../src/incident/tier.ts";
import { type Alerting, type Hours, plainAlerting, type Route } from "../../src/probe/alerting.ts";
import { opensAtMs } from "../../src/notify/route/hours.ts";
import { timeline } from "./day.ts";

const pages: Route = { name: "pages", match: { tier: ["page"] }, receivers: ["pager", "team"] };
const tickets: Route = { name: "tickets", match: { tier: ["ticket"] }, receivers: ["team"] };
const everybody = ["pager", "team", "boss"];
const routed: Alerting = { ...plainAlerting, routes: [pages, tickets] };

describe("tiers", () => {
  test.each([
    ["contract", "breaking", "page", "page"],
    ["contract", "risky", "page", "ticket"],
    ["error-shape", "breaking", "page", "page"],
    ["policy", "risky", "page", "page"],
    ["availability", "breaking", "page", "page"],
    ["contract", "breaking", "ticket", "ticket"],
    ["policy", "breaking", "ticket", "ticket"],
    ["latency", "breaking", "page", "ticket"],
    ["usage", "breaking", "page", "ticket"],
    ["monitor", "breaking", "ticket", "page"],
  ] as const)("%s, %s on a target of tier %s is a %s", (kind, severity, target, expected) =>
    expect(tierOf(kind, severity, target)).toBe(expected),
  );
});

describe("routes", () => {
  test("a ticket goes where tickets go, and it is said why the others were not told", () => {
    const day = timeline("usage", everybody, routed);
    day.slots("0:10", "0:30", "bad");
    expect(day.heard).toEqual(["0:20 team opened"]);
    expect(day.routes).toEqual(["opened: no-route,opened,no-route"]);
  });

  test("a ticket that becomes a page: the pager is told first then, as of something that opened", () => {
    const day = timeline("contract", everybody, routed);
    day.slots("0:10", "0:30", "bad");
    day.slots("0:40", "0:50", "breaking");
    day.slots("1:00", "1:10", "good");
    expect(day.heard).toEqual([
      "0:20 team opened",
      "0:40 pager opened",
      "0:40 team escalated",
      "1:10 pager resolved",
      "1:10 team resolved",
    ]);
  });

  test("what no route leads to anybody is told to everybody", () => {
    const day = timeline("usage", ["pager", "boss"], { ...plainAlerting, routes: [tickets] });
    day.slots("0:10", "0:30", "bad");
    expect(day.heard).toEqual(["0:20 pager opened", "0:20 boss opened"]);
  });

  test("trouble of the monitor itself goes past all routes", () => {
    const day = timeline("monitor", everybody, { ...plainAlerting, routes: [{ ...tickets, match: { kind: ["*"] } }] });
    day.slots("0:10", "0:30", "breaking");
    expect(day.heard.map((line) => line.split(" ")[1])).toEqual(everybody);
  });

  test("every part of a matcher has to match, in one of its patterns", () => {
    const match = { target: ["other", "mi*"], kind: ["usage"], severity: ["risky"], scenario: ["*"], location: ["eu"] };
    const to = (change: object): string => {
      const first = { ...pages, match: { ...match, ...change }, receivers: ["boss"] };
      const day = timeline("usage", ["team", "boss"], { ...plainAlerting, routes: [first, tickets] });
      day.slots("0:10", "0:20", "bad");
      return day.heard.join();
    };
    expect(to({})).toContain("boss opened");
    for (const change of [{ target: ["other"] }, { kind: ["latency"] }, { location: ["us"] }, { probe: ["nightly"] }]) {
      expect(to(change)).toBe("0:20 team opened");
    }
  });
});

describe("nobody acknowledges", () => {
  const escalating: Alerting = {
    ...plainAlerting,
    routes: [
      { ...pages, receivers: ["pager"], escalate: { afterMs: 15 * 60_000, receivers: ["team"] } },
      { ...pages, name: "late", receivers: ["pager"], escalate: { afterMs: 60 * 60_000, receivers: ["boss"] } },
    ],
  };

  test("the second receiver is told after its time, the third after theirs, each once", () => {
    const day = timeline("policy", everybody, escalating);
    day.slots("0:10", "0:20", "breaking");
    day.wait("0:21", "3:00");
    expect(day.heard).toEqual(["0:20 pager opened", "0:35 team unacknowledged", "1:20 boss unacknowledged"]);
    expect(day.routes).toEqual([
      "opened: opened,only-if-unacknowledged,only-if-unacknowledged",
      "unacknowledged: already-notified,unacknowledged,no-route",
      "unacknowledged: already-notified,already-notified,unacknowledged",
    ]);
    day.slots("3:10", "3:20", "good");
    expect(day.heard.slice(3)).toEqual(["3:20 pager resolved", "3:20 team resolved", "3:20 boss resolved"]);
  });

  test("acknowledged or over in time: nobody else is told", () => {
    const taken = timeline("policy", everybody, escalating);
    taken.slots("0:10", "0:20", "breaking");
    taken.act("0:30", acknowledge);
    taken.wait("0:31", "3:00");
    expect(taken.heard).toEqual(["0:20 pager opened", "0:30 pager acknowledged"]);
    const over = timeline("policy", everybody, escalating);
    over.slots("0:10", "0:20", "breaking");
    over.slots("0:30", "0:30", "good");
    over.wait("0:31", "0:39");
    over.slots("0:40", "0:40", "good");
    over.wait("0:41", "3:00");
    expect(over.heard).toEqual(["0:20 pager opened", "0:40 pager resolved"]);
  });

  test("over and back: the second receiver gets its time anew", () => {
    const day = timeline("policy", everybody, escalating);
    day.slots("0:10", "0:20", "breaking");
    day.slots("0:25", "0:35", "good");
    day.slots("0:40", "0:50", "breaking");
    day.wait("0:51", "1:10");
    expect(day.heard).toEqual([
      "0:20 pager opened",
      "0:35 pager resolved",
      "0:50 pager reopened",
      "1:05 team unacknowledged",
    ]);
  });

  test("silenced meanwhile: handed on when the silence ends", () => {
    const day = timeline("policy", everybody, escalating);
    day.slots("0:10", "0:20", "breaking");
    day.silence("0:25", "0:50", { kind: "policy" });
    day.wait("0:21", "0:59");
    expect(day.heard).toEqual(["0:20 pager opened", "0:50 team unacknowledged"]);
  });
});

describe("working hours", () => {
  const hours: Hours = {
    tz: "UTC",
    days: [1, 2, 3, 4, 5],
    fromMinute: 480,
    toMinute: 1080,
    outside: "hold",
    pages: "always",
  };
  const atWork = (over: Partial<Hours> = {}): Alerting => ({
    ...plainAlerting,
    policies: { team: { hours: { ...hours, ...over } } },
  });

  test("a ticket of the night is held until the morning, one of the day is told at once", () => {
    const night = timeline("usage", ["team"], atWork());
    night.slots("0:10", "0:30", "bad");
    expect(night.heard).toEqual(["0:20 team opened, held until 8:00"]);
    const noon = timeline("usage", ["team"], atWork());
    noon.slots("12:00", "12:10", "bad");
    expect(noon.heard).toEqual(["12:10 team opened"]);
  });

  test("a page does not wait, unless the receiver wants it to", () => {
    const always = timeline("policy", ["team"], atWork());
    always.slots("0:10", "0:20", "breaking");
    expect(always.heard).toEqual(["0:20 team opened"]);
    const within = timeline("policy", ["team"], atWork({ pages: "within" }));
    within.slots("0:10", "0:20", "breaking");
    expect(within.heard).toEqual(["0:20 team opened, held until 8:00"]);
  });

  test("skipped with that reason, and told when it still lasts and somebody is reminded at work", () => {
    const day = timeline("usage", ["team"], atWork({ outside: "skip" }));
    day.slots("0:10", "9:00", "bad");
    expect(day.routes[0]).toBe("opened: outside-hours");
    expect(day.heard).toEqual(["8:00 team opened"]);
  });

  test.each([
    ["2026-11-23T07:59:00Z", "Europe/Berlin", undefined],
    ["2026-11-23T06:59:00Z", "Europe/Berlin", "2026-11-23T07:00:00.000Z"],
    ["2026-11-20T17:30:00Z", "Europe/Berlin", "2026-11-23T07:00:00.000Z"],
    ["2026-07-03T20:00:00Z", "Europe/Berlin", "2026-07-06T06:00:00.000Z"],
    ["2026-11-23T10:00:00Z", "Asia/Tokyo", "2026-11-23T23:00:00.000Z"],
    ["2026-10-24T12:00:00Z", "Europe/Berlin", "2026-10-26T07:00:00.000Z"],
  ])("at %s in %s: opens %s", (at, tz, opens) => {
    const found = opensAtMs({ ...hours, tz }, Date.parse(at));
    expect(found === undefined ? undefined : new Date(found).toISOString()).toBe(opens);
  });

  test("a window over midnight belongs to the day on which it begins", () => {
    const friday = { ...hours, days: [5], fromMinute: 1320, toMinute: 360 };
    expect(opensAtMs(friday, Date.parse("2026-11-28T05:59:00Z"))).toBeUndefined();
    expect(opensAtMs(friday, Date.parse("2026-11-27T05:59:00Z"))).toBe(Date.parse("2026-11-27T22:00:00Z"));
  });
});

describe("maintenance windows", () => {
  const nightly: Alerting = {
    ...plainAlerting,
    maintenance: [
      { name: "nightly", match: { target: ["mini"] }, cron: "0 2 * * *", tz: "Europe/Berlin", forMs: 3_600_000 },
    ],
  };

  test("muted with that reason; still bad at its end is told then, not at the next slot", () => {
    const day = timeline("usage", ["pager"], nightly);
    day.slots("1:10", "1:30", "bad");
    day.wait("1:31", "2:30");
    expect(day.routes).toEqual(["opened: maintenance", "reminded: opened"]);
    expect(day.heard).toEqual(["2:00 pager opened"]);
  });

  test("begun and over within the window: nobody hears of it; another target is not muted", () => {
    const day = timeline("usage", ["pager"], nightly);
    day.slots("1:10", "1:20", "bad");
    day.slots("1:30", "2:30", "good");
    day.wait("1:31", "2:30");
    expect(day.heard).toEqual([]);
    const other = timeline("usage", ["pager"], {
      ...nightly,
      maintenance: nightly.maintenance.map((window) => ({ ...window, match: { target: ["large*"] } })),
    });
    other.slots("1:10", "1:20", "bad");
    expect(other.heard).toEqual(["1:20 pager opened"]);
  });

  test("by the clocks of its zone, in summer as in winter", () => {
    const winter = timeline("usage", ["pager"], nightly);
    winter.slots("0:50", "1:10", "bad");
    expect(winter.routes).toEqual(["opened: maintenance"]);
    expect(winter.heard).toEqual([]);
  });
});

test("a receiver with enough messages within the hour is rate limited", () => {
  const day = timeline("usage", ["pager"], { ...plainAlerting, policies: { pager: { maxPerHour: 2 } } });
  day.sent(2);
  day.slots("0:10", "0:20", "bad");
  expect(day.routes).toEqual(["opened: rate-limited"]);
  expect(day.incident()?.notifications?.receivers).toEqual({ pager: { rateLimitedAtMs: 1_200_000 } });
});
