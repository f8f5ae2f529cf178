import { mostOpenIncidents } from "../incident/incident.ts";
import type { SeriesMemory } from "../baseline/baseline.ts";
import type { Fleet } from "../baseline/reading.ts";
import type { Incident } from "../incident/incident.ts";
import { type Mutable, muteOf, outageOf } from "../incident/inhibit.ts";
import type { Silence } from "../incident/silence.ts";
import { fingerprintOf } from "../incident/reduce.ts";
import { tierOf } from "../incident/tier.ts";
import {
  type Direction,
  type GroupMember,
  type GroupMove,
  groupMove,
  suspicious,
} from "../judgement/drift/group/group.ts";
import { inForce } from "../judgement/drift/group/promise.ts";
import type { Probe } from "../probe/probe.ts";
import { groupReport, type GroupToNotify, type MovedSeries, firstNotifiedAtMs } from "./group-report.ts";
import { type GroupIncidentStore, type GroupNotification, end, isStillGathering, put } from "./check-outages.ts";

/** What looking for series that move together asks of the store. */
export interface GroupStore extends Pick<GroupIncidentStore, "incidents" | "cover"> {
  silences(nowMs: number): Promise<readonly Silence[]>;
  fleet(): Promise<Fleet>;
  /** What a newer series of the same probe has replaced is left out. */
  groupsAway(query: GroupQuery): Promise<readonly SeriesMemory[]>;
}

/** Asks for the series of the groups in which two probes or more show a move, and of those that are open. */
export interface GroupQuery {
  readonly probeIds: readonly string[];
  /** A sum of this shows one, and so does what was found. */
  readonly least: number;
  readonly open: readonly string[];
}

export interface GroupWorld extends GroupNotification {
  readonly store: GroupStore;
  readonly probes: readonly Probe[];
}

interface Member extends GroupMember, MovedSeries {
  readonly falsePageEveryMs: number;
  readonly isMuted: boolean;
}

interface Moving extends GroupMove<Member> {
  readonly exceptions: readonly string[];
  /** How many probes measure the same. */
  readonly probes: number;
}

/** A group whose move was notified. */
interface Notified {
  readonly cover: Incident;
  readonly group: string;
  readonly direction: Direction;
}

const currentIntervals = 3;
const currentMs = 15 * 60_000;

/** Notifies a move that several series of one target share as one incident, and mutes the incidents of these series meanwhile. */
export async function checkGroups(world: GroupWorld, nowMs: number): Promise<void> {
  const { store, probes } = world;
  const incidents = await store.incidents(false, mostOpenIncidents);
  const notified = incidents.flatMap((cover): Notified[] =>
    cover.group?.moved ? [{ cover, ...cover.group.moved }] : [],
  );
  const probeIds = probes.map(({ id }) => id);
  const away = await store.groupsAway({ probeIds, least: suspicious, open: notified.map(({ group }) => group) });
  if (away.length === 0 && notified.length === 0) return;
  const groups = Map.groupBy(await membersOf(away, world, incidents, nowMs), ({ reading }) => reading.group);
  for (const group of new Set([...groups.keys(), ...notified.map((one) => one.group)])) {
    const known = notified.find((one) => one.group === group);
    // Not yet steady is no longer away: what moves then begins anew.
    const lasting = known?.cover.goodInARow === 0 ? known : undefined;
    const move = moveOf(groups.get(group) ?? [], lasting, world, nowMs);
    // What is down, or silenced, is nobody's news meanwhile.
    if (move?.moved.some(({ isMuted }) => !isMuted)) await notifyOf({ group, ...move }, world, incidents, nowMs);
    else if (move === undefined && known !== undefined) await end(world, known.cover, nowMs);
  }
}

/** Each with its own incident, as it is or would be, and whether that is muted for a reason of its own. */
async function membersOf(
  away: readonly SeriesMemory[],
  { store, probes, alerting }: GroupWorld,
  incidents: readonly Incident[],
  nowMs: number,
): Promise<Member[]> {
  const byId = new Map(probes.map((probe) => [probe.id, probe]));
  const open = new Map(incidents.map((incident) => [incident.fingerprint, incident]));
  const fleet = await store.fleet();
  const silences = await store.silences(nowMs);
  const groups = incidents.filter(({ group }) => group !== undefined && group.moved === undefined);
  const outages = Map.groupBy(
    incidents.filter(({ kind, group }) => kind === "availability" && group === undefined),
    placeOf,
  );
  return away.flatMap((memory): Member[] => {
    const { series, reading } = memory;
    const probe = byId.get(series.probeId);
    if (probe === undefined || reading === undefined) return [];
    const own = ownOf(probe, memory);
    const incident = open.get(own.fingerprint);
    const around = { silences, groups, outages: (outages.get(placeOf(own)) ?? []).map(outageOf) };
    const isMuted = muteOf(own, around, alerting.maintenance, nowMs) !== undefined;
    const { falsePageEveryMs } = inForce(probe.judge, fleet).drift;
    const { openedAtMs } = incident ?? {};
    return [{ probeId: probe.id, reading, openedAtMs, falsePageEveryMs, memory, probe, own, incident, isMuted }];
  });
}

const placeOf = ({ target, location }: Pick<Mutable, "target" | "location">): string =>
  JSON.stringify([target, location]);

function ownOf(probe: Probe, { series }: SeriesMemory): Mutable {
  const { id, aspect: kind, label } = series;
  const severity = "risky";
  return {
    fingerprint: fingerprintOf(probe, { subject: { kind, series: id, label } }),
    kind,
    label,
    severity,
    tier: tierOf(kind, severity, probe.tier),
    target: probe.target.name,
    model: probe.target.model,
    probe: probe.name,
    scenario: probe.scenario.name,
    location: probe.location,
  };
}

/**
 * Begins with those that are judged now and that nothing else mutes, unless each was notified on its own already; goes on
 * until nobody shows it any more.
 */
function moveOf(
  all: readonly Member[],
  known: Notified | undefined,
  { alerting }: GroupWorld,
  nowMs: number,
): Moving | undefined {
  const members = known === undefined ? all.filter((one) => !one.isMuted && isCurrent(one, nowMs)) : all;
  const falsePageEveryMs = Math.max(0, ...members.map((one) => one.falsePageEveryMs));
  const waitMs = alerting.groupWaitMs;
  const move = groupMove(members, { falsePageEveryMs, open: known?.direction, nowMs, waitMs });
  if (move === undefined || move.moved.length === 0) return undefined;
  const isNews = known !== undefined || move.moved.some((one) => firstNotifiedAtMs(one, nowMs) === undefined);
  if (!isNews) return undefined;
  const probes = new Set(members.flatMap(({ probeId, reading }) => (reading.pages === "none" ? [] : probeId)));
  const exceptions = all.flatMap(({ reading: { held }, own }) =>
    held === null || held === move.direction ? [] : own.fingerprint,
  );
  return { ...move, exceptions, probes: probes.size };
}

function isCurrent({ memory, reading }: Member, nowMs: number): boolean {
  return nowMs - memory.lastSlotMs <= Math.max(currentMs, currentIntervals * reading.intervalMs);
}

async function notifyOf(
  group: GroupToNotify,
  world: GroupWorld,
  incidents: readonly Incident[],
  nowMs: number,
): Promise<void> {
  const { report, receivers } = groupReport(group, world.alerting, nowMs);
  const attached = group.moved.flatMap(({ incident }) => incident ?? []);
  if (attached.length > 0 && isStillGathering(attached, incidents, report, world.alerting, nowMs)) return;
  await put(world, report, attached, receivers, nowMs);
}
