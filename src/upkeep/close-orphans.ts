import { mostOpenIncidents } from "../incident/incident.ts";
import { deliveryDuty } from "../notify/deliver/lost-delivery.ts";
import type { Effects } from "../notify/effects.ts";
import { notify } from "../notify/route/notify.ts";
import { dutyFingerprint } from "../notify/self-incident.ts";
import { resolveByHand } from "../incident/acknowledge.ts";
import type { Incident } from "../incident/incident.ts";
import type { Probe } from "../probe/probe.ts";
import { billingLimits } from "./check-billing.ts";
import { blindLimits } from "./check-blindness.ts";
import { configurationDuty } from "./check-configuration.ts";
import { punctuality } from "./check-monitor.ts";
import { objectiveLimits } from "./check-slo.ts";
import { limitsIn } from "./check-spend.ts";

export interface OrphanStore {
  /** Newest first; only those that are not over unless `all`. */
  incidents(all: boolean, limit: number): Promise<readonly Incident[]>;
  /** Lets `change` see the newest state of the incident and writes what it returns with an audit log entry; undefined writes nothing. */
  changeIncident(
    fingerprint: string,
    entry: ResolvedOrphan,
    change: (incident: Incident) => Effects | undefined,
  ): Promise<void>;
}

/** The audit log entry of an orphan that was closed. */
interface ResolvedOrphan {
  readonly by: string;
  readonly what: "resolve";
  readonly subject: string;
  readonly why: string;
  readonly atMs: number;
}

export interface OrphanWorld {
  readonly store: OrphanStore;
  readonly probes: readonly Probe[];
  readonly receivers: readonly string[];
}

/** Closes incidents whose probe or receiver is no longer configured: they cannot resolve by themselves. Returns how many. */
export async function closeOrphans({ store, probes, receivers }: OrphanWorld, nowMs: number): Promise<number> {
  const known = new Set(probes.map(({ id }) => id));
  const duties = [punctuality, configurationDuty, ...receivers.map((name) => deliveryDuty(name))];
  const ours = new Set(duties.map((duty) => dutyFingerprint(duty)));
  const limits = new Set([
    ...limitsIn(probes),
    ...objectiveLimits(probes),
    ...billingLimits(probes),
    ...blindLimits(probes),
  ]);
  // A group incident ends by itself when it has no members left.
  const isOrphan = ({ kind, probeId, fingerprint, group }: Incident): boolean =>
    group !== undefined || limits.has(fingerprint)
      ? false
      : kind === "monitor"
        ? !ours.has(fingerprint)
        : !known.has(probeId);
  const orphans = (await store.incidents(false, mostOpenIncidents)).filter(isOrphan);
  for (const { fingerprint } of orphans) {
    const entry = {
      by: "plumbline",
      what: "resolve",
      subject: fingerprint,
      why: "no longer configured",
      atMs: nowMs,
    } as const;
    await store.changeIncident(fingerprint, entry, (incident) => {
      const result = resolveByHand(incident, entry);
      return result.kind === "refused" ? undefined : notify(result.incident, result.transition, receivers);
    });
  }
  return orphans.length;
}
