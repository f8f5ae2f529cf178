import { bandsOf } from "../judgement/drift/level/band.ts";
import { outputProgress } from "../judgement/output/progress.ts";
import type { Probe } from "../probe/probe.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { attributes as a } from "../telemetry/names.ts";

/** Bands move by the hour; reading them costs the store one query for each page of probes. */
const everyMs = 300_000;
const probesInPage = 50;
/** Above this, metrics are lean and have no bands. */
const mostProbes = 2_000;

const metricOf = { latency: "baselineLatency", usage: "baselineTokens" } as const;
const perUnit = { latency: 1000, usage: 1 } as const;

/** Records what the judge takes for usual at this hour, so that a dashboard's band is the judge's band; and how far its evidence of another model is. */
export function createBandMeter(
  metrics: Metrics,
  store: Pick<Store, "seriesOfProbes">,
  probes: readonly Probe[],
): (nowMs: number) => Promise<void> {
  let measuredAtMs = Number.NEGATIVE_INFINITY;
  return async (nowMs) => {
    if (probes.length > mostProbes || nowMs - measuredAtMs < everyMs) return;
    measuredAtMs = nowMs;
    for (let from = 0; from < probes.length; from += probesInPage) {
      await measurePage(metrics, store, probes.slice(from, from + probesInPage), nowMs);
    }
  };
}

async function measurePage(
  metrics: Metrics,
  store: Pick<Store, "seriesOfProbes">,
  probes: readonly Probe[],
  nowMs: number,
): Promise<void> {
  const byId = new Map(probes.map((probe) => [probe.id, probe]));
  const memories = await store.seriesOfProbes([...byId.keys()]);
  // Of several calls with a series of the same name, the newest counts: it is recorded last.
  for (const memory of memories.toSorted((one, other) => one.lastSlotMs - other.lastSlotMs)) {
    const probe = byId.get(memory.series.probeId);
    if (probe === undefined) continue;
    const labels = {
      [a.plumblineProbe]: probe.id,
      [a.plumblineTarget]: probe.target.name,
      [a.plumblineScenario]: probe.scenario.name,
      [a.plumblineLocation]: probe.location,
    };
    measureBand(metrics, memory, labels, nowMs);
    if (memory.series.aspect === "output") measureOutput(metrics, memory, probe, labels, nowMs);
  }
}

type SeriesMemory = Awaited<ReturnType<Store["seriesOfProbes"]>>[number];
type Labels = Readonly<Record<string, string>>;

function measureBand(metrics: Metrics, { series, baseline }: SeriesMemory, labels: Labels, nowMs: number): void {
  const { aspect, label } = series;
  if (baseline === undefined || (aspect !== "latency" && aspect !== "usage")) return;
  const [band] = bandsOf(baseline.learned, [nowMs]) ?? [];
  if (band === undefined) return;
  for (const [bound, value] of [
    ["lower", band.low],
    ["usual", band.middle],
    ["upper", band.high],
  ] as const) {
    const own = { ...labels, [a.plumblineSeries]: label, [a.plumblineBound]: bound };
    metrics.record(metricOf[aspect], value / perUnit[aspect], own);
  }
}

function measureOutput(metrics: Metrics, memory: SeriesMemory, probe: Probe, labels: Labels, nowMs: number): void {
  const progress = outputProgress(memory, probe, nowMs);
  if (progress === undefined) return;
  metrics.record("outputEnrolled", progress.enrolled, labels);
  for (const [instrument, share] of Object.entries(progress.evidence)) {
    metrics.record("outputEvidence", share, { ...labels, [a.plumblineInstrument]: instrument });
  }
}
