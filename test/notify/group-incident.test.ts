import { expect, test } from "vitest";
import { applyGroupReport, type GroupReport } from "../../src/notify/group-incident.ts";
import type { Incident } from "../../src/incident/incident.ts";
import { alone } from "../../src/incident/inhibit.ts";
import { plainAlerting } from "../../src/probe/alerting.ts";

const minuteMs = 60_000;
const startMs = Date.UTC(2026, 10, 23, 10);
const moved = {
  group: "g",
  kind: "latency",
  model: "some-model",
  label: "total time",
  direction: "up",
  exceptions: [],
} as const;

function report(members: readonly string[], atMs: number): GroupReport {
  const headline = `mini: total time up in ${members.length} of 8 probes`;
  const isOver = members.length === 0;
  return {
    kind: "latency",
    severity: "risky",
    series: "together/some-model/total time",
    label: "total time",
    target: "mini",
    model: "some-model",
    location: "all",
    tier: "ticket",
    group: isOver ? undefined : { reason: "moved-together", targets: ["mini"], moved, members, headline },
    findings: members.map((subject) => ({ subject, expected: "400 ms", observed: "800 ms" })),
    evidence: { runId: `run ${atMs}` },
    nowMs: atMs,
  };
}

test("a move that reaches further is told again when it is twice as far, and not within ten minutes", () => {
  let before: Incident | undefined;
  const notified: string[] = [];
  const look = (minute: number, members: readonly string[]): void => {
    const one = report(members, startMs + minute * minuteMs);
    const { incidents, outbox } = applyGroupReport(before, one, ["pager"], plainAlerting, alone);
    before = incidents.at(-1);
    notified.push(...outbox.map(({ alert }) => `${minute} ${alert.event}, ${alert.reason}: ${alert.summary}`));
  };
  look(0, ["a", "b"]);
  const { alert } = applyGroupReport(undefined, report(["a"], startMs), ["pager"], plainAlerting, alone).outbox[0]!;
  expect([alert.likelyCause, alert.nextStep]).toEqual([
    "provider",
    expect.stringMatching(/ If it is permanent: plumbline baseline planned --target mini --why "…"$/),
  ]);
  look(5, ["a", "b", "c", "d"]);
  expect(before).toMatchObject({ kind: "latency", severity: "risky", tier: "ticket" });
  expect(before?.group?.members).toHaveLength(4);
  look(9, ["a", "b", "c", "d"]);
  look(11, ["a", "b", "c", "d"]);
  look(30, ["a", "b", "c", "d", "e"]);
  look(40, []);
  expect(notified).toEqual([
    "0 opened, moved-together: mini: total time up in 2 of 8 probes",
    "11 reminded, reaches-further: still firing after 11 min: mini: total time up in 4 of 8 probes",
    "40 resolved, no-longer-so: resolved after 40 min, it was: mini: total time up in 5 of 8 probes",
  ]);
});
