import type { FindingKind, Verdict } from "../judgement/judgement.ts";
import type { Incident } from "./incident.ts";

/** The newest judged run of another probe. */
export interface PeerProbe {
  readonly probeId: string;
  readonly target: string;
  readonly scenario: string;
  readonly location: string;
  readonly verdict: Verdict;
  /** The kinds of what it found. */
  readonly kinds: readonly FindingKind[];
}

/** Which comparable probes found the same kind of problem, and which are fine. */
export interface BlastRadius {
  readonly affected: readonly string[];
  readonly fine: readonly string[];
}

/** Comparable are other probes of the same target, and the same scenario at other targets and locations. */
export function blastRadiusOf(incident: Incident, peers: readonly PeerProbe[]): BlastRadius {
  const comparable = peers.filter(
    ({ probeId, target, scenario }) =>
      probeId !== incident.probeId && (target === incident.target || scenario === incident.scenario),
  );
  const names = (which: (peer: PeerProbe) => boolean): string[] =>
    comparable.filter(which).map((peer) => nameOf(peer, incident));
  return {
    affected: names(({ kinds }) => kinds.includes(incident.kind)),
    fine: names(({ verdict }) => verdict === "ok"),
  };
}

function nameOf({ target, scenario, location }: PeerProbe, incident: Incident): string {
  return `${target} ${scenario}${location === incident.location ? "" : ` from ${location}`}`;
}
