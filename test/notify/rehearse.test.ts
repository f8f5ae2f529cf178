import { describe, expect, test } from "vitest";
import { rehearse } from "../../src/notify/rehearse.ts";
import type { Alerting } from "../../src/probe/alerting.ts";
import { plainAlerting } from "../../src/probe/alerting.ts";
import { probe as sample } from "./samples.ts";

const atMs = Date.parse("2026-11-30T02:00:00Z");
const hourMs = 3_600_000;
const weekdays = {
  tz: "Europe/Berlin",
  days: [1, 2, 3, 4, 5],
  fromMinute: 480,
  toMinute: 1080,
  outside: "hold",
} as const;
const alerting: Alerting = {
  ...plainAlerting,
  routes: [
    {
      name: "pages",
      match: { tier: ["page"] },
      receivers: ["pager", "team"],
      escalate: { afterMs: 900_000, receivers: ["lead"] },
    },
    { name: "tickets", match: { tier: ["ticket"] }, receivers: ["team"] },
  ],
  policies: { team: { hours: { ...weekdays, pages: "within" } }, pager: { maxPerHour: 2 } },
  maintenance: [
    { name: "nightly", match: { kind: ["latency"] }, cron: "0 3 * * *", tz: "Europe/Berlin", forMs: hourMs },
  ],
};
const probe = { ...sample, alerting };
const stage = {
  probe,
  probes: [probe],
  receivers: ["pager", "team", "lead", "archive"],
  silences: [],
  sent: new Map<string, number>(),
};
const play = (kind: "availability" | "latency", over: Partial<typeof stage> = {}) =>
  rehearse({ kind, severity: "breaking", atMs, lastsMs: 8 * hourMs }, { ...stage, ...over }).map(
    ({ receiver, sentAtMs, event, reason, by = "" }) =>
      `${sentAtMs === undefined ? "never" : new Date(sentAtMs).toISOString().slice(11, 16)} ${receiver} ${event} ${reason} ${by}`.trim(),
  );

describe("an incident is played through what would decide that night", () => {
  test("an outage at three in Berlin: the pager at once, the lead when nobody acknowledges, the team in the morning", () => {
    expect(play("availability")).toEqual([
      "02:00 pager opened opened pages",
      "02:15 lead unacknowledged unacknowledged",
      "06:15 pager reminded still-firing pages",
      "06:15 lead reminded still-firing",
      "07:00 team opened opened pages",
      "never archive opened no-route",
    ]);
  });

  test("a silence is named, and people are notified when it ends", () => {
    const silence = {
      id: "sil-1",
      matcher: { target: "mini" },
      startsAtMs: atMs - 1,
      endsAtMs: atMs + hourMs,
      by: "ann",
      why: "x",
    };
    expect(play("availability", { silences: [silence] as never })[0]).toBe("03:00 pager opened silence-ended pages");
    const long = { ...silence, endsAtMs: atMs + 9 * hourMs };
    expect(play("availability", { silences: [long] as never })).toEqual([
      "never pager opened silenced sil-1",
      "never team opened silenced sil-1",
      "never lead opened silenced sil-1",
      "never archive opened silenced sil-1",
    ]);
  });

  test("a maintenance window and a rate limit are named", () => {
    expect(play("latency")[0]).toBe("07:00 team opened maintenance-ended tickets");
    expect(play("availability", { sent: new Map([["pager", 2]]) })).toContain(
      "never pager opened rate-limited 2 an hour",
    );
  });
});
