import type { SeriesMemory } from "../baseline/baseline.ts";
import type { Fleet } from "../baseline/reading.ts";
import { hostOf } from "../incident/common-cause.ts";
import { type Incident, mostOpenIncidents } from "../incident/incident.ts";
import type { Silence } from "../incident/silence.ts";
import { type Direction, type GroupMove, groupMove, isTogether, suspicious } from "../judgement/drift/group/group.ts";
import type { Probe } from "../probe/probe.ts";
import { type AwaySeries, type Member, membersOf } from "./group-members.ts";
import { groupReport, type GroupToNotify, firstNotifiedAtMs } from "./group-report.ts";
import { type GroupIncidentStore, type GroupNotification, end, isStillGathering, put } from "./check-outages.ts";

/** What looking for series that move together asks of the store. */
export interface GroupStore extends Pick<GroupIncidentStore, "incidents" | "cover"> {
  silences(nowMs: number): Promise<readonly Silence[]>;
  fleet(): Promise<Fleet>;
  /** What a newer series of the same probe has replaced is left out. */
  groupsAway(query: GroupQuery): Promise<readonly AwaySeries[]>;
  memories(seriesIds: readonly string[]): Promise<readonly SeriesMemory[]>;
}

/** Asks for the series that show a move where two probes of one host do, and of all that do while a group is open. */
export interface GroupQuery {
  readonly places: readonly { readonly probeId: string; readonly host: string }[];
  /** A sum of this shows one, and so does what was found. */
  readonly least: number;
  readonly isOpen: boolean;
}

export interface GroupWorld extends GroupNotification {
  readonly store: GroupStore;
  readonly probes: readonly Probe[];
}

/** Which series are compared with one another. Two sources have to show the move. */
interface Level {
  readonly groupOf: (one: Member) => string;
  readonly sourceOf: (one: Member) => string;
  readonly isProvider: boolean;
}

/** The widest first: what a provider's targets share is no news of one of them. All times of a provider are one fact. */
const levels: readonly Level[] = [
  {
    groupOf: ({ host, own: { kind, label } }) => JSON.stringify([host, kind, kind === "latency" ? kind : label]),
    sourceOf: ({ own }) => own.target,
    isProvider: true,
  },
  { groupOf: ({ reading }) => reading.group, sourceOf: ({ probe }) => probe.id, isProvider: false },
];

interface Moving extends GroupMove<Member & { readonly source: string }> {
  readonly exceptions: readonly string[];
}

/** A group whose move was notified. */
interface Notified {
  readonly cover: Incident;
  readonly group: string;
  readonly direction: Direction;
}

const currentIntervals = 3;
const currentMs = 15 * 60_000;

/** Notifies a move that several series of one target or provider share as one incident, and mutes their own incidents meanwhile. */
export async function checkGroups(world: GroupWorld, nowMs: number): Promise<void> {
  const { store, probes, alerting } = world;
  const incidents = await store.incidents(false, mostOpenIncidents);
  const notified = incidents.flatMap((cover): Notified[] =>
    cover.group?.moved ? [{ cover, ...cover.group.moved }] : [],
  );
  const places = probes.map(({ id, target }) => ({ probeId: id, host: hostOf(target) }));
  const away = await store.groupsAway({ places, least: suspicious, isOpen: notified.length > 0 });
  if (away.length === 0 && notified.length === 0) return;
  const around = { probes, incidents, alerting, silences: await store.silences(nowMs), fleet: await store.fleet() };
  const members = membersOf(away, around, nowMs);
  const reported = new Set<string>();
  for (const level of levels) {
    const groups = Map.groupBy(members, level.groupOf);
    const open = notified.filter(({ cover }) => (cover.group?.moved?.model === undefined) === level.isProvider);
    for (const group of new Set([...groups.keys(), ...open.map((one) => one.group)])) {
      const known = open.find((one) => one.group === group);
      // Not yet steady is no longer away: what moves then begins anew.
      const lasting = known?.cover.goodInARow === 0 ? known : undefined;
      const all = groups.get(group) ?? [];
      const move = moveOf(all, level, { lasting, notified, reported, waitMs: alerting.groupWaitMs, nowMs });
      for (const { own } of move?.moved ?? []) reported.add(own.fingerprint);
      // What is down, or silenced, is nobody's news meanwhile.
      if (move?.moved.some(({ isMuted }) => !isMuted)) {
        const before = lasting?.cover.group?.targets;
        await notifyOf({ group, ...move, scope: scopeOf(level, move.moved, before, probes) }, world, incidents, nowMs);
      } else if (move === undefined && known !== undefined) await end(world, known.cover, nowMs);
    }
  }
}

interface MoveContext {
  readonly lasting: Notified | undefined;
  readonly notified: readonly Notified[];
  /** Fingerprints of what a wider group has reported. */
  readonly reported: ReadonlySet<string>;
  readonly waitMs: number;
  readonly nowMs: number;
}

/**
 * Begins with those that are judged now and that nothing else mutes, unless each was notified on its own already; goes on
 * until nobody shows it any more.
 */
function moveOf(all: readonly Member[], level: Level, context: MoveContext): Moving | undefined {
  const { lasting, notified, reported, waitMs, nowMs } = context;
  const members = all
    .filter((one) =>
      lasting === undefined
        ? !one.isMuted && isCurrent(one, nowMs) && !reported.has(one.own.fingerprint)
        : isPartOf(one, lasting, nowMs),
    )
    .map((one) => ({ ...one, source: level.sourceOf(one) }));
  const falsePageEveryMs = Math.max(0, ...members.map((one) => one.falsePageEveryMs));
  const move = groupMove(members, { falsePageEveryMs, open: lasting?.direction, nowMs, waitMs });
  if (move === undefined || move.moved.length === 0) return undefined;
  const known = new Set(notified.flatMap(({ cover, group }) => (cover.goodInARow === 0 ? group : [])));
  const isNews =
    lasting !== undefined ||
    move.moved.some((one) => firstNotifiedAtMs(one, nowMs) === undefined && !known.has(one.reading.group));
  if (!isNews) return undefined;
  const exceptions = all.flatMap(({ reading: { held }, own }) =>
    held === null || held === move.direction ? [] : own.fingerprint,
  );
  return { ...move, exceptions };
}

function isCurrent({ lastSlotMs, reading }: Member, nowMs: number): boolean {
  return nowMs - lastSlotMs <= Math.max(currentMs, currentIntervals * reading.intervalMs);
}

/** A target that moves long after the others has news of its own. */
function isPartOf({ own, openedAtMs = Infinity, reading }: Member, { cover }: Notified, nowMs: number): boolean {
  const isKnown = cover.group?.targets?.includes(own.target) !== false;
  return isKnown || isTogether(cover.openedAtMs ?? nowMs, Math.min(openedAtMs, nowMs), reading.intervalMs);
}

function scopeOf(
  { isProvider }: Level,
  moved: readonly Member[],
  before: readonly string[] = [],
  probes: readonly Probe[],
): GroupToNotify["scope"] {
  const [first] = moved;
  if (!isProvider || first === undefined) return { kind: "target", probes: first?.peers ?? 0 };
  const { host } = first;
  const watched = new Set(probes.flatMap(({ target }) => (hostOf(target) === host ? target.name : [])));
  return {
    kind: "provider",
    host,
    targets: [...new Set([...before, ...moved.map(({ own }) => own.target)])],
    watched: watched.size,
  };
}

async function notifyOf(
  { moved, ...group }: Omit<GroupToNotify, "moved"> & { readonly moved: readonly Member[] },
  world: GroupWorld,
  incidents: readonly Incident[],
  nowMs: number,
): Promise<void> {
  const memories = new Map(
    (await world.store.memories(moved.map(({ series }) => series.id))).map((memory) => [memory.series.id, memory]),
  );
  const described = moved.flatMap((one) => {
    const memory = memories.get(one.series.id);
    return memory === undefined ? [] : [{ ...one, memory }];
  });
  if (described.length === 0) return;
  const { report, receivers } = groupReport({ ...group, moved: described }, world.alerting, nowMs);
  const attached = moved.flatMap(({ incident }) => incident ?? []);
  if (attached.length > 0 && isStillGathering(attached, incidents, report, world.alerting, nowMs)) return;
  await put(world, report, attached, receivers, nowMs);
}
