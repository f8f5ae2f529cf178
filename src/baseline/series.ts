import { requestFingerprint } from "../probe/ids.ts";
import type { Probe } from "../probe/probe.ts";
import { hashOf } from "../std/hash.ts";
import { interned } from "../std/remember.ts";
import type { Aspect, Series } from "./baseline.ts";

/** A probe's series are asked for at every run: their hashes are made once. */
const known = new WeakMap<Probe, Map<string, Series>>();

/** The identity of a series changes with what is sent: a baseline of another request says nothing of this one. */
export function seriesOf(probe: Probe, aspect: Aspect, key: string, label: string): Series {
  let ofProbe = known.get(probe);
  if (ofProbe === undefined) {
    ofProbe = new Map();
    known.set(probe, ofProbe);
  }
  const name = `${aspect} ${key} ${label}`;
  let series = ofProbe.get(name);
  if (series === undefined) {
    const id = hashOf([probe.id, requestFingerprint(probe), aspect, key]);
    series = { id, probeId: probe.id, aspect, label: interned(label) };
    ofProbe.set(interned(name), series);
  }
  return series;
}

/** All answers of a probe to drawn questions are one series. */
export function outputSeries(probe: Probe): Series {
  return seriesOf(probe, "output", outputKey.key, outputKey.label);
}

export const outputKey = { key: "answers", label: "answers" };

/** Answers of a target and its reference to the same questions. */
export const pairKey = { key: "pairs", label: "answers beside the reference" };

const groups = new WeakMap<Series, string>();

/** Names the series that measure the same of one target and model: those of its other locations and scenarios. */
export function groupOf({ target }: Probe, series: Series): string {
  let group = groups.get(series);
  if (group === undefined) {
    group = hashOf([target.name, target.model, series.aspect, series.label]);
    groups.set(series, group);
  }
  return group;
}
