import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Attributes, Meter } from "@opentelemetry/api";
import { type MetricDetail, whenLean } from "./metric-detail.ts";
import { type Conventions, latestNames, type MetricSpec, metrics as specs } from "./metric-names.ts";

type Specs = typeof specs;
/** Metrics that are recorded as things happen; the observed ones are asked for at collection. */
type Recorded = { [M in keyof Specs]: Specs[M]["kind"] extends "observed" ? never : M }[keyof Specs];

/** The attributes a metric may carry and no others: how many series there can be is decided in the table of names. */
export type MetricLabels<M extends Recorded> = {
  readonly [K in Specs[M]["attributes"][number]]?: string | number | undefined;
};

export interface Metrics {
  /** Adds to a counter, enters into a histogram or sets a gauge. */
  record<M extends Recorded>(metric: M, value: number, labels: MetricLabels<M>): void;
}

type Enter = (value: number, labels: Attributes) => void;

/** A meter and the names its readers expect. */
export interface NamedMeter {
  readonly meter: Meter;
  readonly conventions: Conventions;
}

/** Every instrument of the table, once for each meter: each has its own readers. */
export function createMetrics(meters: readonly NamedMeter[], detail: MetricDetail = "full"): Metrics {
  const changed = detail === "lean" ? whenLean : {};
  const instruments = new Map<string, readonly Enter[]>(
    Object.entries(specs).map(([metric, spec]) => [metric, meters.flatMap((named) => instrumentNamed(named, spec))]),
  );
  for (const { meter } of meters) observeEventLoop(meter);
  return {
    record(metric, value, labels) {
      const change = changed[metric];
      if (!Number.isFinite(value) || change === "left-out") return;
      const kept = change === undefined ? labels : without(labels, change);
      for (const enter of instruments.get(metric) ?? []) enter(value, kept);
    },
  };
}

function without(labels: Attributes, names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));
}

function instrumentNamed({ meter, conventions }: NamedMeter, spec: MetricSpec): Enter[] {
  const latest = conventions === "latest" ? latestNames[spec.name] : undefined;
  if (latest === undefined) return instrument(meter, spec);
  if (typeof latest === "string") return instrument(meter, { ...spec, name: latest });
  const { by, names } = latest;
  const parts = Object.entries(names).map(([part, name]) => [part, instrument(meter, { ...spec, name })] as const);
  return parts.flatMap(([part, enters]) =>
    enters.map(
      (enter): Enter =>
        (value, { [by]: which, ...rest }) =>
          which === part ? enter(value, rest) : undefined,
    ),
  );
}

function instrument(meter: Meter, spec: MetricSpec): Enter[] {
  const options = { unit: spec.unit, description: spec.description };
  switch (spec.kind) {
    case "counter": {
      const counter = meter.createCounter(spec.name, options);
      return [(value, labels) => counter.add(value, labels)];
    }
    case "histogram": {
      const advice = spec.buckets === undefined ? {} : { advice: { explicitBucketBoundaries: [...spec.buckets] } };
      const histogram = meter.createHistogram(spec.name, { ...options, ...advice });
      return [(value, labels) => histogram.record(value, labels)];
    }
    case "gauge": {
      const gauge = meter.createGauge(spec.name, options);
      return [(value, labels) => gauge.record(value, labels)];
    }
    case "observed":
      return [];
    default:
      return spec.kind satisfies never;
  }
}

/** Each meter has a histogram of its own, because a collection empties it. */
function observeEventLoop(meter: Meter): void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const gauge = ({ name, unit, description }: MetricSpec) => meter.createObservableGauge(name, { unit, description });
  const mean = gauge(specs.loopDelayMean);
  const p99 = gauge(specs.loopDelayP99);
  const max = gauge(specs.loopDelayMax);
  meter.addBatchObservableCallback(
    (result) => {
      if (delay.count === 0) return;
      result.observe(mean, delay.mean / 1e9);
      result.observe(p99, delay.percentile(99) / 1e9);
      result.observe(max, delay.max / 1e9);
      delay.reset();
    },
    [mean, p99, max],
  );
}
