import type { GroupReport } from "../notify/group-incident.ts";
import type { SeriesMemory } from "../baseline/baseline.ts";
import type { Incident } from "../incident/incident.ts";
import { meets } from "../incident/matcher.ts";
import type { Mutable } from "../incident/inhibit.ts";
import { describeMove } from "../judgement/drift/level/describe-move.ts";
import { times } from "../std/times.ts";
import type { Direction } from "../judgement/drift/group/group.ts";
import { notifiedAtMs } from "../incident/notification-log.ts";
import type { Alerting } from "../probe/alerting.ts";
import { runId } from "../probe/ids.ts";
import type { Probe } from "../probe/probe.ts";

/** A series that has moved together with others. */
export interface MovedSeries {
  readonly memory: SeriesMemory;
  readonly probe: Probe;
  /** Its incident, as it is or would be. */
  readonly own: Mutable;
  readonly incident: Incident | undefined;
}

export interface GroupToNotify {
  readonly group: string;
  readonly direction: Direction;
  /** At least one. */
  readonly moved: readonly MovedSeries[];
  /** Fingerprints of the incidents of those that have moved the other way. */
  readonly exceptions: readonly string[];
  readonly scope:
    | {
        readonly kind: "target";
        /** How many of its probes measure the same. */
        readonly probes: number;
      }
    | {
        readonly kind: "provider";
        readonly host: string;
        /** Those that have moved since it began, and how many are watched. */
        readonly targets: readonly string[];
        readonly watched: number;
      };
}

/** The report of series of one target or provider that moved together, and its receivers: all who would be notified of one of them. */
export function groupReport(
  { group, direction, moved, exceptions, scope }: GroupToNotify,
  alerting: Alerting,
  nowMs: number,
): { readonly report: GroupReport; readonly receivers: readonly string[] } {
  const newest = moved.reduce((last, one) => (one.memory.lastSlotMs > last.memory.lastSlotMs ? one : last));
  const { kind, target, model, label } = newest.own;
  const said = moved.map((one) => ({ ...one, name: nameOf(one.probe), ...wordsFor(one) }));
  const far = farthest(said.flatMap(({ ratio }) => ratio ?? []));
  const way = direction === "up" ? "up" : "down";
  const common = {
    kind,
    severity: "risky",
    location: "all",
    tier: moved.some(({ own }) => own.tier === "page") ? "page" : "ticket",
    evidence: newest.incident?.evidence.at(-1) ?? { runId: runId(newest.probe.id, newest.memory.lastSlotMs) },
    routes: alerting.routes.filter(({ match }) => moved.some(({ own }) => meets(match, own))),
    nowMs,
  } as const;
  const receivers = [...new Set(moved.flatMap(({ probe }) => probe.receivers))];
  const reason = "moved-together";
  if (scope.kind === "provider") {
    const { host, targets, watched } = scope;
    const what = kind === "latency" ? kind : label;
    const names = [...Map.groupBy(said, ({ own }) => own.target)];
    const report: GroupReport = {
      ...common,
      series: `together/${host}/${what}`,
      label: what,
      target: host,
      model: `${targets.length} targets`,
      group: {
        reason,
        targets,
        moved: { group, kind, direction, exceptions, ...(what === label ? { label } : {}) },
        members: names.map(([name, those]) => name + notifiedText(those, nowMs)),
        headline: `${host}: ${what} ${way} in ${names.length} of ${watched} targets${far}`,
      },
      findings: said.map(({ own, name, expected, observed }) => ({
        subject: `${own.label}, ${own.target}: ${name}`,
        expected,
        observed,
      })),
    };
    return { report, receivers };
  }
  const names = [...Map.groupBy(said, ({ name }) => name)];
  const report: GroupReport = {
    ...common,
    series: `together/${model}/${label}`,
    label,
    target,
    model,
    group: {
      reason,
      targets: [target],
      moved: { group, kind, model, label, direction, exceptions },
      members: names.map(([name, those]) => name + notifiedText(those, nowMs)),
      headline: `${target}: ${label} ${way} in ${names.length} of ${scope.probes} probes${far}`,
    },
    findings: said.map(({ name, expected, observed }) => ({ subject: `${label}, ${name}`, expected, observed })),
  };
  return { report, receivers };
}

function nameOf({ scenario, location }: Probe): string {
  return scenario.name + (location === "default" ? "" : ` from ${location}`);
}

/** As its own incident says it, once there is one. */
function wordsFor({ memory, incident }: MovedSeries): {
  expected: string;
  observed: string;
  ratio?: number | undefined;
} {
  const move = describeMove(memory);
  const found = incident?.findings[0];
  return found === undefined ? move : { ...move, expected: found.expected, observed: found.observed };
}

function farthest(ratios: readonly number[]): string {
  if (ratios.length === 0) return "";
  const [least, most] = [times(Math.min(...ratios)), times(Math.max(...ratios))];
  return least === most ? `, ×${least}` : `, ×${least} to ×${most}`;
}

/** What was notified on its own before the others moved. */
function notifiedText(those: readonly MovedSeries[], nowMs: number): string {
  const [first] = those.flatMap((one) => firstNotifiedAtMs(one, nowMs) ?? []).toSorted((a, b) => a - b);
  return first === undefined ? "" : `, notified at ${new Date(first).toISOString().slice(11, 16)} UTC`;
}

/** When somebody was first notified of it by itself; a message that is still held does not count. */
export function firstNotifiedAtMs({ incident }: Pick<MovedSeries, "incident">, nowMs: number): number | undefined {
  const notified = Object.values(notifiedAtMs(incident ?? {})).filter((atMs) => atMs <= nowMs);
  return notified.length === 0 ? undefined : Math.min(...notified);
}
