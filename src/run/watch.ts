import { nothingFollows } from "../alert/aftermath.ts";
import { deliveryDuty } from "../alert/lost-delivery.ts";
import type { Conclusion } from "../alert/outbox.ts";
import { advanceSelf, type Duty, dutyFingerprint } from "../alert/self-incident.ts";
import { tell } from "../alert/tell.ts";
import { resolveByHand } from "../incident/acknowledge.ts";
import type { Incident } from "../incident/incident.ts";
import type { Probe } from "../probe/probe.ts";
import { formatDurationMs } from "../std/duration.ts";
import { readable } from "./watch-configuration.ts";
import { billingLimits } from "./watch-billing.ts";
import { objectiveLimits } from "./watch-slo.ts";
import { limitsIn } from "./watch-spend.ts";
import type { ControlBook } from "./control.ts";

/** What watching over the monitor itself asks of the store. */
export interface WatchBook extends Pick<ControlBook, "incidents" | "changeIncident"> {
  /** When the newest run of each probe was finished, or skipped because it is paused or a cap is reached, of which people know; probes without one are absent. */
  lastDone(): Promise<ReadonlyMap<string, number>>;
  /** Lets `conclude` decide about the incident of its fingerprint, in one transaction. */
  concludeIncident(conclusion: Conclusion): Promise<void>;
}

export interface WatchWorld {
  readonly book: WatchBook;
  readonly probes: readonly Probe[];
  /** Names of all receivers that are configured. */
  readonly receivers: readonly string[];
  readonly startedAtMs: number;
}

export const punctuality: Duty = { series: "punctuality", label: "probes run on schedule" };

const patienceIntervals = 3;
const shortestPatienceMs = 60_000;
const cronPatienceMs = 25 * 3_600_000;
const named = 10;
const mostAtOnce = 100_000;

/** Probes whose newest finished run is older than three intervals: one incident of ours for all of them (I7). */
export async function watchPunctuality(
  { book, probes, receivers, startedAtMs }: WatchWorld,
  nowMs: number,
): Promise<void> {
  const done = await book.lastDone();
  const late = probes.flatMap((probe) => {
    const { cadence } = probe;
    const patienceMs =
      cadence.kind === "every" ? Math.max(patienceIntervals * cadence.everyMs, shortestPatienceMs) : cronPatienceMs;
    const silentMs = nowMs - Math.max(done.get(probe.id) ?? 0, startedAtMs);
    return silentMs > patienceMs ? [{ id: probe.id, silentMs, patienceMs }] : [];
  });
  const troubles = late.slice(0, named).map(({ id, silentMs, patienceMs }, index) => ({
    subject: id,
    expected: `a run within ${formatDurationMs(patienceMs)}`,
    observed:
      `no run for ${formatDurationMs(silentMs)}` +
      (index === 0 && late.length > 1 ? `, ${late.length} probes in all` : ""),
  }));
  const evidence = { runId: late[0]?.id ?? punctuality.series };
  await book.concludeIncident({
    fingerprint: dutyFingerprint(punctuality),
    conclude: (before) =>
      before === undefined && troubles.length === 0
        ? nothingFollows
        : advanceSelf(before, { duty: punctuality, troubles, evidence, nowMs }, receivers),
  });
}

/** An incident whose probe or receiver is no longer configured can't resolve by itself: it is closed with that reason. */
export async function closeOrphans({ book, probes, receivers }: WatchWorld, nowMs: number): Promise<number> {
  const known = new Set(probes.map(({ id }) => id));
  const duties = [punctuality, readable, ...receivers.map((name) => deliveryDuty(name))];
  const ours = new Set(duties.map((duty) => dutyFingerprint(duty)));
  const limits = new Set([...limitsIn(probes), ...objectiveLimits(probes), ...billingLimits(probes)]);
  // What stands for others ends by itself when nothing is left to stand for.
  const isOrphan = ({ kind, probeId, fingerprint, covers }: Incident): boolean =>
    covers !== undefined || limits.has(fingerprint)
      ? false
      : kind === "monitor"
        ? !ours.has(fingerprint)
        : !known.has(probeId);
  const orphans = (await book.incidents(false, mostAtOnce)).filter(isOrphan);
  for (const { fingerprint } of orphans) {
    const act = {
      by: "plumbline",
      what: "resolve",
      subject: fingerprint,
      why: "no longer configured",
      atMs: nowMs,
    } as const;
    await book.changeIncident(fingerprint, act, (incident) => {
      const result = resolveByHand(incident, act);
      return result.kind === "refused" ? undefined : tell(result.incident, result.transition, receivers);
    });
  }
  return orphans.length;
}
