import { mostOpenIncidents } from "../incident/incident.ts";
import type { Effects } from "../notify/effects.ts";
import { applyGroupReport, groupFingerprint, type GroupReport } from "../notify/group-incident.ts";
import { type CommonCause, commonCauses, hostOf, isOutage, type Place } from "../incident/common-cause.ts";
import { type GroupMembers, type Incident, incidentId } from "../incident/incident.ts";
import { meets } from "../incident/matcher.ts";
import type { Surroundings } from "../incident/inhibit.ts";
import type { Alerting, Tier } from "../probe/alerting.ts";
import type { Probe } from "../probe/probe.ts";
import { digests, overload } from "./outage-report.ts";

/** What watching for common causes asks of the store. */
export interface GroupIncidentStore {
  incidents(all: boolean, limit: number): Promise<readonly Incident[]>;
  /** By location, of the runs that ended since: how many there were and in how many the worker stalled for more than a second. */
  stalledRuns(
    sinceMs: number,
  ): Promise<readonly { readonly location: string; readonly runs: number; readonly stalled: number }[]>;
  /**
   * One transaction: lets `decide` see the incident of that fingerprint and what is around it. While that lasts, what
   * waits to be sent about the members is replaced by its message.
   */
  cover(
    fingerprint: string,
    members: readonly Incident[],
    nowMs: number,
    decide: (before: Incident | undefined, surroundings: Surroundings) => Effects,
  ): Promise<void>;
}

export interface GroupWorld extends GroupNotification {
  readonly store: GroupIncidentStore;
  readonly probes: readonly Probe[];
}

/** What telling of one that stands for others needs. */
export interface GroupNotification {
  readonly store: Pick<GroupIncidentStore, "cover">;
  /** Names of all receivers that are configured. */
  readonly receivers: readonly string[];
  readonly alerting: Alerting;
}

/** So long before the members that wait are notified one by one. */
const leadMs = 10_000;

/** Notifies outages with one cause as one incident, trouble of the monitor itself, and what exceeded a receiver's rate limit. */
export async function checkOutages(world: GroupWorld, nowMs: number): Promise<void> {
  const { store, probes, alerting, receivers } = world;
  const incidents = await store.incidents(false, mostOpenIncidents);
  const causes = commonCauses(incidents, probes.map(placeOf));
  const stalled = await store.stalledRuns(nowMs - overloadSpanMs);
  const found = [
    ...overload(stalled, nowMs).map((report) => ({ report, members: [], receivers })),
    ...causes.map((cause) => aboutCause(cause, incidents, world, nowMs)),
    ...digests(incidents, alerting, nowMs).map(({ report, receiver }) => ({
      report,
      members: [],
      receivers: [receiver],
    })),
  ];
  const named = new Set(found.map(({ report }) => groupFingerprint(report, alerting)));
  for (const one of found) {
    if (one.members.length > 0 && isStillGathering(one.members, incidents, one.report, alerting, nowMs)) continue;
    await put(world, one.report, one.members, one.receivers, nowMs);
  }
  for (const incident of incidents.filter(
    ({ group, fingerprint }) => group !== undefined && group.reason !== "moved-together" && !named.has(fingerprint),
  )) {
    if (incident.group?.reason === "clock-is-wrong" && nowMs - incident.lastSlotMs < staleMs) continue;
    await end(world, incident, nowMs);
  }
}

const overloadSpanMs = 10 * 60_000;
const staleMs = 15 * 60_000;

/** One that stands for others, put into the store with what it carries. */
export async function put(
  { store, alerting }: GroupNotification,
  report: GroupReport,
  members: readonly Incident[],
  receivers: readonly string[],
  nowMs: number,
): Promise<void> {
  await store.cover(groupFingerprint(report, alerting), members, nowMs, (before, surroundings) =>
    applyGroupReport(before, report, receivers, alerting, surroundings),
  );
}

/** It has gone by itself. */
export async function end(
  { store, receivers, alerting }: GroupNotification,
  incident: Incident,
  nowMs: number,
): Promise<void> {
  const { fingerprint, kind, label, probe, target, model, location, tier = "page" } = incident;
  const report: GroupReport = {
    kind,
    series: probe,
    label,
    target,
    model,
    location,
    tier,
    group: undefined,
    findings: [],
    evidence: incident.evidence.at(-1) ?? { runId: incidentId(incident) },
    nowMs,
  };
  await store.cover(fingerprint, [], nowMs, (before, surroundings) =>
    applyGroupReport(before, report, receivers, alerting, surroundings),
  );
}

function placeOf({ target, location }: Probe): Place {
  return { target: target.name, host: hostOf(target), location };
}

/** Members that are not notified yet wait for others until shortly before they would be notified one by one. */
export function isStillGathering(
  members: readonly Incident[],
  incidents: readonly Incident[],
  report: GroupReport,
  alerting: Alerting,
  nowMs: number,
): boolean {
  const fingerprint = groupFingerprint(report, alerting);
  if (incidents.some((it) => it.fingerprint === fingerprint)) return false;
  const firstMs = Math.min(...members.map(({ openedAtMs = nowMs }) => openedAtMs));
  return nowMs < firstMs + alerting.groupWaitMs - leadMs;
}

function aboutCause(cause: CommonCause, incidents: readonly Incident[], world: GroupWorld, nowMs: number) {
  const { location, down } = cause;
  const members = incidents.filter((it) => isOutage(it) && it.location === location && down.includes(it.target));
  const probes = new Map(world.probes.map((probe) => [probe.id, probe]));
  const tier: Tier = members.some((it) => it.tier === "page") ? "page" : "ticket";
  const routes = world.alerting.routes.filter(({ match }) => members.some((it) => meets(match, { ...it, tier })));
  const theirs = new Set(members.flatMap(({ probeId }) => probes.get(probeId)?.receivers ?? []));
  const evidence = members.at(-1)?.evidence.at(-1) ?? { runId: location };
  const findings = faultsOf(members);
  const began = beganWith(members);
  const common = { location, findings, evidence, began, nowMs, model: `${down.length} targets` } as const;
  const from = cause.location === "default" ? "" : ` from ${location}`;
  const counted = `${down.length} of ${cause.watched} targets`;
  switch (cause.reason) {
    case "provider-is-down": {
      const { host } = cause;
      const headline = `${host} is down${from}: ${counted} do not reply`;
      const group: GroupMembers = { reason: cause.reason, location, targets: down, members: down, headline };
      const report: GroupReport = {
        ...common,
        kind: "availability",
        series: `provider/${host}`,
        label: `${host} is down`,
        target: host,
        tier,
        group,
        routes,
      };
      return { report, members, receivers: [...theirs] };
    }
    case "no-connectivity": {
      const headline = `no connectivity${from}: ${counted} at ${cause.hosts} hosts do not reply`;
      const group: GroupMembers = { reason: cause.reason, location, members: down, headline };
      const label = "outbound network to the targets";
      const report: GroupReport = {
        ...common,
        kind: "monitor",
        series: "connectivity",
        label,
        target: "plumbline",
        tier,
        group,
      };
      return { report, members, receivers: world.receivers };
    }
    default:
      return cause satisfies never;
  }
}

/** Between the newest good run before any of them, and the first bad one. */
export function beganWith(members: readonly Incident[]): GroupReport["began"] {
  if (members.length === 0) return undefined;
  const firstBadSlotMs = Math.min(...members.map((one) => one.firstBadSlotMs));
  const good = members.flatMap(({ lastGoodSlotMs }) =>
    lastGoodSlotMs !== undefined && lastGoodSlotMs < firstBadSlotMs ? lastGoodSlotMs : [],
  );
  return { firstBadSlotMs, lastGoodSlotMs: good.length === 0 ? undefined : Math.max(...good) };
}

/** How many targets fail in which way, the commonest first. */
function faultsOf(members: readonly Incident[]): GroupReport["findings"] {
  const byFault = Map.groupBy(members, ({ findings }) => findings[0]?.observed ?? "no reply");
  return [...byFault]
    .map(([observed, those]) => ({ observed, targets: new Set(those.map(({ target }) => target)).size }))
    .toSorted((a, b) => b.targets - a.targets)
    .map(({ observed, targets }) => ({ subject: `${targets} targets`, expected: "a reply", observed }));
}
