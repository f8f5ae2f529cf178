import type { SeriesMemory } from "../../baseline/baseline.ts";
import type { Probe } from "../../probe/probe.ts";
import { readEnrolling, readFingerprint } from "../../scenario/same-model/fingerprint.ts";
import { allowedSamples } from "./output-judge.ts";
import { pairEvidence, readPairing } from "./pair-judge.ts";
import { evidenceShares, readWatching } from "./watching.ts";

/** How far an enrolment is, and the evidence of each instrument for another model: 1 opens an incident. */
export interface OutputProgress {
  readonly enrolled: number;
  readonly evidence: Readonly<Record<string, number>>;
}

/** undefined: the series has no answers to drawn questions. */
export function outputProgress(
  { baseline, state }: Pick<SeriesMemory, "baseline" | "state">,
  { judge, cadence }: Pick<Probe, "judge" | "cadence">,
  nowMs: number,
): OutputProgress | undefined {
  const pairing = readPairing(state);
  if (pairing !== undefined) {
    const pairs = pairing.held === undefined ? pairEvidence(pairing, judge, cadence, nowMs) : 1;
    return { enrolled: 1, evidence: { pairs } };
  }
  const known = readFingerprint(baseline?.learned);
  if (known === undefined) {
    const enrolling = readEnrolling(state);
    return enrolling && { enrolled: enrolling.n / enrolling.of, evidence: {} };
  }
  const watching = readWatching(state);
  const evidence = evidenceShares(watching ?? { sums: {} }, allowedSamples(known, judge, cadence), nowMs);
  const held = watching?.held === undefined ? {} : { [watching.held.instrument]: 1 };
  return { enrolled: 1, evidence: { ...evidence, ...held } };
}
