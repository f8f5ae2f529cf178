import type { Objective } from "../probe/target.ts";
import type { ConfigText } from "./schema.ts";
import { durationMs } from "../probe/text-schemas.ts";

/** From percent to shares; undefined: nothing was promised. */
export function objectivesOf(slo: ConfigText["targets"][string]["slo"]): readonly Objective[] | undefined {
  if (slo === undefined) return undefined;
  const windowMs = durationMs(slo.window);
  const { availability, latency } = slo;
  return [
    ...(availability === undefined ? [] : [{ kind: "availability", share: availability / 100, windowMs } as const]),
    ...(latency === undefined
      ? []
      : [{ kind: "latency", share: latency.share / 100, windowMs, underMs: durationMs(latency.under) } as const]),
  ];
}
