import type { GroupReport } from "../notify/group-incident.ts";
import type { Incident } from "../incident/incident.ts";
import type { Alerting } from "../probe/alerting.ts";
import { formatDurationMs } from "../std/duration.ts";

const ourselves = { kind: "monitor", target: "plumbline", model: "none", tier: "page" } as const;

/** Fewer runs say nothing of the machine. */
const fewestRuns = 5;

/** Locations at which this monitor stalled in more than half of its runs: what it measured there is worth nothing. */
export function overload(
  places: readonly { readonly location: string; readonly runs: number; readonly stalled: number }[],
  nowMs: number,
): GroupReport[] {
  return places
    .filter(({ runs, stalled }) => runs >= fewestRuns && stalled * 2 > runs)
    .map(({ location, runs, stalled }) => {
      const headline = `Plumbline is overloaded at ${location}: it stalled in ${stalled} of ${runs} runs`;
      return {
        ...ourselves,
        series: "overload",
        label: "enough processor time",
        location,
        group: { reason: "monitor-overloaded", location, members: [], headline },
        findings: [{ subject: "event loop", expected: "no stall", observed: `stalled in ${stalled} of ${runs} runs` }],
        evidence: { runId: `overload/${location}` },
        nowMs,
      };
    });
}

/** A clock that disagrees with the queue's, or has jumped: the times of runs can't be trusted. undefined: it is right. */
export function clockReport(machine: string, trouble: string | undefined, nowMs: number): GroupReport {
  const headline = `the clock of ${machine} is wrong: ${trouble ?? "no longer"}`;
  return {
    ...ourselves,
    series: `clock/${machine}`,
    label: `clock of ${machine}`,
    location: "here",
    group: trouble === undefined ? undefined : { reason: "clock-is-wrong", members: [], headline },
    findings: trouble === undefined ? [] : [{ subject: "clock", expected: "that of the queue", observed: trouble }],
    evidence: { runId: `clock/${machine}` },
    nowMs,
  };
}

export function skewText(skewMs: number): string {
  return `${formatDurationMs(Math.abs(skewMs))} ${skewMs < 0 ? "behind" : "ahead"}`;
}

const digestForMs = 3_600_000;

/** Of each receiver with a cap: what is open and was not sent to it one by one. */
export function digests(
  incidents: readonly Incident[],
  { policies, groupWaitMs }: Alerting,
  nowMs: number,
): { readonly report: GroupReport; readonly receiver: string }[] {
  return Object.entries(policies).flatMap(([receiver, { maxPerHour }]) => {
    const over = incidents.filter(
      ({ notifications, group }) =>
        group === undefined &&
        notifications?.receivers?.[receiver]?.notifiedAtMs === undefined &&
        isBetween(
          nowMs - (notifications?.receivers?.[receiver]?.rateLimitedAtMs ?? Number.NEGATIVE_INFINITY),
          groupWaitMs,
          digestForMs,
        ),
    );
    if (maxPerHour === undefined || over.length === 0) return [];
    const members = over.map(({ target, scenario, label }) => `${target} ${scenario}: ${label}`);
    const headline = `${over.length} more incidents not paged one by one: ${members.join(", ")}`;
    const findings = [
      {
        subject: `messages to ${receiver}`,
        expected: `at most ${maxPerHour} an hour`,
        observed: `${over.length} more`,
      },
    ];
    const report: GroupReport = {
      ...ourselves,
      series: `digest/${receiver}`,
      label: `more than ${maxPerHour} messages an hour to ${receiver}`,
      location: "here",
      group: { reason: "rate-limited", members, headline },
      findings,
      evidence: over[0]?.evidence.at(-1) ?? { runId: `digest/${receiver}` },
      nowMs,
    };
    return [{ report, receiver }];
  });
}

/** What may have a common cause is named by that, if it has. */
function isBetween(sinceMs: number, fromMs: number, untilMs: number): boolean {
  return sinceMs >= fromMs && sinceMs < untilMs;
}
