import type { OutboxEntry } from "../notify/compose/alert.ts";
import {
  type Digest,
  type DigestMove,
  type DigestNote,
  type DigestPlace,
  type PagesSent,
  placeKey,
} from "../notify/compose/digest-message.ts";
import type { SeriesMemory } from "../baseline/baseline.ts";
import type { Fleet, Reading } from "../baseline/reading.ts";
import { describeMove } from "../judgement/drift/level/describe-move.ts";
import { dayEvidence, standOut } from "../judgement/drift/group/digest.ts";
import { inForce } from "../judgement/drift/group/promise.ts";
import type { Probe } from "../probe/probe.ts";
import { type BlindStore, createBlindTimes } from "./blindness.ts";

/** What making digests asks of the store. */
export interface DigestStore extends BlindStore {
  fleet(): Promise<Fleet>;
  /** Series of these probes that have a reading and were judged since. */
  judgedSince(probeIds: readonly string[], sinceMs: number): Promise<readonly JudgedSeries[]>;
  /** Whole, with their newest baselines. */
  memories(seriesIds: readonly string[]): Promise<readonly SeriesMemory[]>;
  /** What runs noted about moves without notifying anybody: the newest of each subject, newest first. */
  notesSince(probeIds: readonly string[], sinceMs: number): Promise<readonly Noted[]>;
  /** What was bad at its newest slot and is not an incident yet. */
  suspectedSince(probeIds: readonly string[], sinceMs: number): Promise<readonly Suspected[]>;
  /** Since when every notification is still stored. */
  keptSinceMs(nowMs: number): Promise<number>;
  /** Pages about drift, and how many of them were called noise. */
  pagesSince(sinceMs: number): Promise<Pick<PagesSent, "notified" | "noise">>;
  /** Keeps the digest, lets its messages go out and begins the next day, if nobody else has ended this one: all or nothing. */
  endDay(day: EndedDay): Promise<boolean>;
  lastDigest(): Promise<Digest | undefined>;
}

export interface JudgedSeries {
  readonly id: string;
  readonly probeId: string;
  readonly label: string;
  readonly reading: Reading;
  /** When its first baseline was accepted. */
  readonly sinceMs: number;
}

export interface Noted {
  readonly probeId: string;
  readonly what: string;
  readonly expected: string;
  readonly observed: string;
}

export interface Suspected {
  readonly probeId: string;
  readonly label: string;
}

export interface EndedDay {
  /** When the day before was ended, as it was read; 0: never. */
  readonly beforeMs: number;
  readonly atMs: number;
  /** None of the day that only begins the count. */
  readonly digest?: Digest | undefined;
  readonly outbox: readonly OutboxEntry[];
}

const dayMs = 86_400_000;
/** A series that has not been judged for so long is of a request that is no longer made. */
const currentMs = 7 * dayMs;
const pagesWithinMs = 90 * dayMs;
const mostListed = 50;
const longMinutes = 60;

/** The digest if the day ended now; the day goes on. */
export async function digestNow(
  {
    store,
    probes,
    blindTimes = createBlindTimes(store, probes),
  }: {
    readonly store: DigestStore;
    readonly probes: readonly Probe[];
    readonly blindTimes?: ReturnType<typeof createBlindTimes>;
  },
  nowMs: number,
): Promise<Digest> {
  const byId = new Map(probes.map((probe) => [probe.id, probe]));
  const ids = [...byId.keys()];
  const fleet = await store.fleet();
  const fromMs = fleet.dailyMs === 0 ? undefined : fleet.dailyMs;
  const sinceMs = fromMs ?? nowMs - dayMs;
  const series = await store.judgedSince(ids, nowMs - currentMs);
  const judged = series.filter(({ reading: { day } }) => day.samples > 0 && day.fromMs > fleet.dailyMs);
  const out = standOut(judged, ({ reading }) => dayEvidence(reading.day));
  const moved = await movesOf(out.slice(0, mostListed), store, byId);
  const isMoved = new Set(out.map(seriesKey));
  const noted = (await store.notesSince(ids, sinceMs))
    .flatMap(({ probeId, ...note }) => placed(probeId, byId, note))
    .filter((note) => !isMoved.has(placeKey(note)));
  const isNamed = new Set([...isMoved, ...noted.map(placeKey)]);
  const held = series.filter((one) => one.reading.held !== null && !isNamed.has(seriesKey(one)));
  const known = await movesOf(held.slice(0, mostListed), store, byId);
  const suspected = (await store.suspectedSince(ids, sinceMs)).flatMap(({ probeId, label }) =>
    placed(probeId, byId, { what: label }),
  );
  return {
    fromMs,
    atMs: nowMs,
    judged: judged.length,
    moved,
    moreMoved: out.length - moved.length,
    noted: noted.slice(0, mostListed),
    moreNoted: Math.max(0, noted.length - mostListed),
    known,
    moreKnown: held.length - known.length,
    suspected: suspected.slice(0, mostListed),
    moreSuspected: Math.max(0, suspected.length - mostListed),
    pages: await pagesOf(series, fleet, store, byId, nowMs),
    blind: (await blindTimes(nowMs))
      .filter(({ minutes }) => minutes >= longMinutes)
      .slice(0, mostListed)
      .map(({ target, minutes }) => ({ target, minutes })),
  };
}

const seriesKey = ({ probeId, label }: JudgedSeries): string => placeKey({ probe: probeId, what: label });

async function movesOf(
  out: readonly JudgedSeries[],
  store: DigestStore,
  byId: ReadonlyMap<string, Probe>,
): Promise<DigestMove[]> {
  if (out.length === 0) return [];
  const memories = new Map((await store.memories(out.map(({ id }) => id))).map((one) => [one.series.id, one]));
  return out.flatMap(({ id, probeId, label, reading }): DigestMove[] => {
    const memory = memories.get(id);
    if (memory === undefined) return [];
    const { expected, observed } = describeMove(memory);
    return placed(probeId, byId, { what: label, direction: directionOf(reading), expected, observed });
  });
}

/** Undefined where other values than usual are neither more nor less. */
function directionOf({ held, up, down }: Reading): "up" | "down" | undefined {
  if (held !== null) return held;
  return up === down ? undefined : up > down ? "up" : "down";
}

function placed<Facts extends Pick<DigestNote, "what">>(
  probeId: string,
  byId: ReadonlyMap<string, Probe>,
  facts: Facts,
): (DigestPlace & Facts)[] {
  const probe = byId.get(probeId);
  if (probe === undefined) return [];
  const { target, scenario, location } = probe;
  return [{ probe: probeId, target: target.name, model: target.model, scenario: scenario.name, location, ...facts }];
}

/** Each series that may page adds what its own time allows it. */
async function pagesOf(
  series: readonly JudgedSeries[],
  fleet: Fleet,
  store: DigestStore,
  byId: ReadonlyMap<string, Probe>,
  nowMs: number,
): Promise<PagesSent> {
  const keptMs = Math.max(nowMs - pagesWithinMs, await store.keptSinceMs(nowMs));
  const paging = series.flatMap(({ probeId, reading, sinceMs }) => {
    const probe = reading.pages === "none" ? undefined : byId.get(probeId);
    if (probe === undefined) return [];
    const { falsePageEveryMs } = inForce(probe.judge, fleet).drift;
    return [{ sinceMs: Math.max(keptMs, sinceMs), falsePageEveryMs }];
  });
  const sinceMs = Math.min(nowMs, ...paging.map((one) => one.sinceMs));
  const allowed = paging.reduce((sum, one) => sum + (nowMs - one.sinceMs) / one.falsePageEveryMs, 0);
  return { sinceMs, series: paging.length, allowed, ...(await store.pagesSince(sinceMs)) };
}
