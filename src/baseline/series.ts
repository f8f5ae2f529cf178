import { requestFingerprint } from "../probe/ids.ts";
import type { Probe } from "../probe/probe.ts";
import { hashOf } from "../std/hash.ts";
import type { Aspect, Series } from "./baseline.ts";

/** The identity of a series changes with what is sent: a baseline of another request says nothing of this one. */
export function seriesOf(probe: Probe, aspect: Aspect, key: string, label: string): Series {
  const id = hashOf([probe.id, requestFingerprint(probe), aspect, key]);
  return { id, probeId: probe.id, aspect, label };
}
