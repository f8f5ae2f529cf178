import type { FindingKind, Verdict } from "../judgement/judgement.ts";
import type { Incident } from "./incident.ts";

/** The newest judged run of another probe. */
export interface PeerProbe {
  readonly probeId: string;
  readonly target: string;
  readonly scenario: string;
  readonly location: string;
  /** Its slot, Unix milliseconds. */
  readonly atMs: number;
  readonly verdict: Verdict;
  /** The kinds of what it found. */
  readonly kinds: readonly FindingKind[];
  /** It was run because of this incident. */
  readonly isAsked?: boolean | undefined;
}

/** Which comparable probes found the same kind of problem, and which are fine. */
export interface BlastRadius {
  readonly affected: readonly string[];
  readonly fine: readonly string[];
  /** The oldest of the runs behind it; undefined: no such probe has run. */
  readonly checkedAtMs?: number | undefined;
}

/** Kinds of trouble that one run of another probe can show as well. */
export const sharedAtOnce: readonly FindingKind[] = ["availability", "expectation", "contract", "error-shape"];

/** A single run says of these kinds whether a probe is fine; of what is measured over many runs it does not. */
const seenAtOnce: readonly FindingKind[] = ["policy", ...sharedAtOnce];

/**
 * Only runs after the incident began count. Comparable are other probes of the same target, the same scenario at other
 * targets and locations, and probes that were run because of the incident.
 */
export function blastRadiusOf(incident: Incident, peers: readonly PeerProbe[]): BlastRadius {
  const beganMs = incident.lastGoodSlotMs ?? incident.firstBadSlotMs;
  const comparable = peers.filter(
    ({ probeId, target, scenario, atMs, isAsked }) =>
      probeId !== incident.probeId &&
      atMs > beganMs &&
      (target === incident.target || scenario === incident.scenario || isAsked === true),
  );
  const affected = comparable.filter(({ kinds, verdict }) => verdict !== "ok" && kinds.includes(incident.kind));
  const fine = comparable.filter(
    ({ verdict, atMs }) => verdict === "ok" && atMs >= incident.firstBadSlotMs && seenAtOnce.includes(incident.kind),
  );
  const times = [...affected, ...fine].map(({ atMs }) => atMs);
  return {
    affected: affected.map((peer) => nameOf(peer, incident)),
    fine: fine.map((peer) => nameOf(peer, incident)),
    ...(times.length === 0 ? {} : { checkedAtMs: Math.min(...times) }),
  };
}

function nameOf({ target, scenario, location }: PeerProbe, incident: Incident): string {
  return `${target} ${scenario}${location === incident.location ? "" : ` from ${location}`}`;
}
