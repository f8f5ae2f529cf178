import { deliveryDuty } from "../notify/deliver/lost-delivery.ts";
import { dutyFingerprint } from "../notify/self-incident.ts";
import { notify } from "../notify/route/notify.ts";
import { resolveByHand } from "../incident/acknowledge.ts";
import type { Incident } from "../incident/incident.ts";
import { billingLimits } from "./check-billing.ts";
import { readable } from "./check-configuration.ts";
import { objectiveLimits } from "./check-slo.ts";
import { limitsIn } from "./check-spend.ts";
import { punctuality, type WatchWorld } from "./check-monitor.ts";

const mostAtOnce = 100_000;

/** An incident whose probe or receiver is no longer configured can't resolve by itself: it is closed with that reason. */
export async function closeOrphans({ book, probes, receivers }: WatchWorld, nowMs: number): Promise<number> {
  const known = new Set(probes.map(({ id }) => id));
  const duties = [punctuality, readable, ...receivers.map((name) => deliveryDuty(name))];
  const ours = new Set(duties.map((duty) => dutyFingerprint(duty)));
  const limits = new Set([...limitsIn(probes), ...objectiveLimits(probes), ...billingLimits(probes)]);
  // What stands for others ends by itself when nothing is left to stand for.
  const isOrphan = ({ kind, probeId, fingerprint, group }: Incident): boolean =>
    group !== undefined || limits.has(fingerprint)
      ? false
      : kind === "monitor"
        ? !ours.has(fingerprint)
        : !known.has(probeId);
  const orphans = (await book.incidents(false, mostAtOnce)).filter(isOrphan);
  for (const { fingerprint } of orphans) {
    const act = {
      by: "plumbline",
      what: "resolve",
      subject: fingerprint,
      why: "no longer configured",
      atMs: nowMs,
    } as const;
    await book.changeIncident(fingerprint, act, (incident) => {
      const result = resolveByHand(incident, act);
      return result.kind === "refused" ? undefined : notify(result.incident, result.transition, receivers);
    });
  }
  return orphans.length;
}
