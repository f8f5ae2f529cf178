import { describe, expect, test } from "vitest";
import { applyLimitReport, type Limit } from "../../src/notify/spend-incident.ts";
import { applySelfReport } from "../../src/notify/self-incident.ts";
import type { Effects } from "../../src/notify/effects.ts";
import type { Incident } from "../../src/incident/incident.ts";
import { alone, type Surroundings } from "../../src/incident/inhibit.ts";
import type { SilenceMatcher } from "../../src/incident/silence.ts";
import { type Alerting, plainAlerting } from "../../src/probe/alerting.ts";

const minuteMs = 60_000;
const startMs = Date.UTC(2026, 10, 23, 10);
const escalating: Alerting = {
  ...plainAlerting,
  routes: [{ name: "all", match: {}, receivers: ["pager"], escalate: { afterMs: 30 * minuteMs, receivers: ["boss"] } }],
};

type Look = (before: Incident | undefined, nowMs: number, surroundings: Surroundings, isBad: boolean) => Effects;

const limit: Limit = { series: "cap/target/mini/day", label: "spend cap of mini per day", scope: "target/mini" };
const finding = { kind: "budget", severity: "risky", subject: limit.label, expected: "5", observed: "5 used" } as const;
const objective: Limit = { ...limit, series: "slo/availability", label: "availability of mini" };
const duty = { series: "punctuality", label: "probes run on schedule" };
const trouble = { subject: "a@eu", expected: "a run at 10:00", observed: "no run for 1 h" };

const looks: Readonly<Record<string, Look>> = {
  "a spend cap": (before, nowMs, around, isBad) =>
    applyLimitReport(before, limit, isBad ? finding : undefined, nowMs, ["pager", "boss"], escalating, around),
  "an objective": (before, nowMs, around, isBad) =>
    applyLimitReport(before, objective, isBad ? finding : undefined, nowMs, ["pager", "boss"], escalating, around),
  "the monitor itself": (before, nowMs, around, isBad) =>
    applySelfReport(
      before,
      { duty, troubles: isBad ? [trouble] : [], evidence: { runId: "r" }, nowMs },
      ["pager"],
      around,
    ),
};

/** One look each minute; what is notified is written as `12 pager opened`. */
function play(look: Look, until: number, isBad: (minute: number) => boolean, silence?: SilenceMatcher, silentFor = 60) {
  let incident: Incident | undefined;
  const heard: string[] = [];
  const reasons: string[] = [];
  for (let minute = 0; minute <= until; minute += 1) {
    const nowMs = startMs + minute * minuteMs;
    const endsAtMs = startMs + silentFor * minuteMs;
    const silences =
      silence === undefined
        ? []
        : [{ id: "sil-1", matcher: silence, startsAtMs: startMs, endsAtMs, by: "ann", why: "x" }];
    const after = look(incident, nowMs, { ...alone, silences }, isBad(minute));
    incident = after.incidents.at(-1) ?? incident;
    heard.push(...after.outbox.map(({ receiver, alert }) => `${minute} ${receiver} ${alert.event}`));
    reasons.push(...after.transitions.flatMap(({ routes }) => routes.map(({ reason }) => reason)));
  }
  return { heard, reasons, incident };
}

describe.each(Object.entries(looks))("%s goes the one way into notifying", (_name, look) => {
  test("silenced while it lasts: nobody is notified, and the reason is on record", () => {
    const { heard, reasons, incident } = play(look, 50, (minute) => minute < 40, { kind: "*" });
    expect(heard).toEqual([]);
    expect(reasons[0]).toBe("silenced");
    expect(incident?.state).toBe("resolved");
  });

  test("outlasts its silence: people are notified when that ends", () => {
    const { heard } = play(look, 70, () => true, { target: "*" });
    expect(heard).toEqual(["60 pager opened"]);
  });
});

test("a cap that nobody acknowledges is escalated, and reminded of each day", () => {
  const look = looks["a spend cap"];
  if (look === undefined) throw new Error("no such look");
  const { heard } = play(look, 26 * 60, () => true);
  expect(heard).toEqual(["0 pager opened", "30 boss unacknowledged", "1470 pager reminded", "1470 boss reminded"]);
});
