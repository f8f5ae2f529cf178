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
}

/** Which comparable probes found the same kind of problem, and which are fine. */
export interface BlastRadius {
  readonly affected: readonly string[];
  readonly fine: readonly string[];
}

/** A single run says of these kinds whether a probe is fine; of what is measured over many runs it does not. */
const seenAtOnce: readonly FindingKind[] = ["availability", "expectation", "policy", "contract", "error-shape"];

/** Only runs after the incident began count. Comparable are other probes of the same target, and the same scenario at other targets and locations. */
export function blastRadiusOf(incident: Incident, peers: readonly PeerProbe[]): BlastRadius {
  const beganMs = incident.lastGoodSlotMs ?? incident.firstBadSlotMs;
  const comparable = peers.filter(
    ({ probeId, target, scenario, atMs }) =>
      probeId !== incident.probeId && atMs > beganMs && (target === incident.target || scenario === incident.scenario),
  );
  const names = (which: (peer: PeerProbe) => boolean): string[] =>
    comparable.filter(which).map((peer) => nameOf(peer, incident));
  return {
    affected: names(({ kinds, verdict }) => verdict !== "ok" && kinds.includes(incident.kind)),
    fine: names(
      ({ verdict, atMs }) => verdict === "ok" && atMs >= incident.firstBadSlotMs && seenAtOnce.includes(incident.kind),
    ),
  };
}

function nameOf({ target, scenario, location }: PeerProbe, incident: Incident): string {
  return `${target} ${scenario}${location === incident.location ? "" : ` from ${location}`}`;
}
