import type { Finding } from "../judgement/judgement.ts";
import { blindSubject } from "../judgement/spend/blind.ts";
import { type Limit, limitFingerprint } from "../notify/spend-incident.ts";
import type { Probe } from "../probe/probe.ts";
import { lateAtMs } from "../probe/cadence.ts";
import { dayMs, formatDurationMs, minuteMs } from "../std/duration.ts";
import { minuteText } from "../std/time.ts";
import { type BlindStore, watchedProbes } from "./blindness.ts";
import { type ConcludeStore, type ConcludeWorld, concludeLimits } from "./conclude.ts";

/** The newest verdict of some probes, and why there is none after it. */
export interface LastVerdict {
  readonly probeId: string;
  readonly slotMs: number;
  /** `paused by ann`; undefined: unknown. */
  readonly why?: string | undefined;
}

export interface BlindCheckStore extends BlindStore {
  /** Of the last two days; undefined: there was none. */
  lastVerdict(probeIds: readonly string[], nowMs: number): Promise<LastVerdict | undefined>;
}

export interface BlindWorld extends ConcludeWorld {
  readonly store: ConcludeStore & BlindCheckStore;
  readonly probes: readonly Probe[];
}

const limitOf = (target: string): Limit => ({
  series: "blind",
  label: blindSubject(target),
  scope: `target/${target}`,
});

const limited = (probes: readonly Probe[]): readonly Probe[] =>
  probes.filter(({ target }) => target.maxBlindMs !== undefined);

/** Fingerprints of the incidents that limits of blind time may have. */
export function blindLimits(probes: readonly Probe[]): ReadonlySet<string> {
  return new Set(limited(probes).map(({ target }) => limitFingerprint(limitOf(target.name))));
}

/** One incident for each target that nobody could watch for longer than its limit of a day. */
export async function checkBlindness(world: BlindWorld, nowMs: number): Promise<void> {
  const { store, probes } = world;
  const byTarget = Map.groupBy(limited(probes), ({ target }) => target.name);
  if (byTarget.size === 0) return;
  const minutes = await store.blindMinutes(watchedProbes([...byTarget.values()].flat()), nowMs - dayMs, nowMs);
  const reports = await Promise.all(
    [...byTarget].map(async ([target, its]) => {
      const finding = await findingOf(store, its, (minutes.get(target) ?? 0) * minuteMs, nowMs);
      return { limit: limitOf(target), findingFor: () => finding };
    }),
  );
  await concludeLimits(world, reports, nowMs, probes[0]?.alerting);
}

async function findingOf(
  store: BlindCheckStore,
  probes: readonly Probe[],
  blindMs: number,
  nowMs: number,
): Promise<Finding | undefined> {
  const [first] = probes;
  if (first?.target.maxBlindMs === undefined || blindMs <= first.target.maxBlindMs) return undefined;
  const { maxBlindMs, name } = first.target;
  const last = await store.lastVerdict(
    probes.map(({ id }) => id),
    nowMs,
  );
  return {
    kind: "budget",
    severity: "risky",
    subject: blindSubject(name),
    expected: `missing for at most ${formatDurationMs(maxBlindMs)} a day`,
    observed: `missing for ${formatDurationMs(blindMs)} of the last 24 h${sinceWhen(probes, last, nowMs)}`,
  };
}

/** `; none since 2026-11-23 22:08 UTC (paused by ann)`; nothing while it is checked again. */
function sinceWhen(probes: readonly Probe[], last: LastVerdict | undefined, nowMs: number): string {
  if (last === undefined) return "";
  const probe = probes.find(({ id }) => id === last.probeId);
  if (probe !== undefined && nowMs <= lateAtMs(probe.cadence, last.slotMs)) return "";
  return `; none since ${minuteText(last.slotMs)}${last.why === undefined ? "" : ` (${last.why})`}`;
}
