import type { metrics } from "./metric-names.ts";
import { attributes as a } from "./names.ts";

/** How many series there are: lean ones grow by one gauge with each probe. */
export type MetricDetail = "full" | "lean";

const ofProbeAlone = [a.plumblineProbe, a.plumblineScenario] as const;

/** In lean metrics these lose attributes, or are left out. `probe_success` stays for each probe. */
export const whenLean: Readonly<Partial<Record<keyof typeof metrics, "left-out" | readonly string[]>>> = {
  probeDuration: "left-out",
  runTimestamp: "left-out",
  probeInterval: "left-out",
  baselineLatency: "left-out",
  baselineTokens: "left-out",
  outputEnrolled: "left-out",
  outputEvidence: "left-out",
  runs: ofProbeAlone,
  findings: ofProbeAlone,
  callDuration: [a.plumblineTarget],
  firstChunk: [a.plumblineTarget],
  perChunk: [a.plumblineTarget],
  tokenUsage: [a.plumblineTarget],
};

const mostProbesInFull = 2_000;

/** `PLUMBLINE_METRICS` decides; without it, so many probes have lean metrics. */
export function metricDetailOf(env: Readonly<Record<string, string | undefined>>, probes: number): MetricDetail {
  const asked = env["PLUMBLINE_METRICS"];
  if (asked === "full" || asked === "lean") return asked;
  return probes > mostProbesInFull ? "lean" : "full";
}
