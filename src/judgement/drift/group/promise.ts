import type { Fleet } from "../../../baseline/reading.ts";
import type { JudgePolicy } from "../../../probe/probe.ts";

/**
 * The promise as it holds for one series. That of a whole fleet is divided among the series that may page: each may be
 * wrong once in as many times its time. Nothing that is stored depends on it, so it follows when their number changes.
 */
export function inForce(policy: JudgePolicy, fleet: Fleet | undefined): JudgePolicy {
  const { drift } = policy;
  if (drift.falsePagesOf !== "fleet") return policy;
  const pagingSeries = Math.max(1, fleet?.pagingSeries ?? 1);
  const shared = { everyMs: drift.falsePageEveryMs, pagingSeries };
  return { ...policy, drift: { ...drift, falsePageEveryMs: shared.everyMs * pagingSeries, shared } };
}
