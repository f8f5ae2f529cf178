import { acknowledge, type OperationResult, resolveByHand } from "../incident/acknowledge.ts";
import type { Incident } from "../incident/incident.ts";
import type { Effects, NotifiedTransition } from "../notify/effects.ts";
import { notify } from "../notify/route/notify.ts";
import type { Clock } from "../std/clock.ts";
import type { AuditEntry } from "./audit-log.ts";
import { briefOf, type IncidentBrief } from "./incident-brief.ts";
import type { PeerProbe } from "../incident/blast-radius.ts";
import type { DeliveryView } from "./deliveries.ts";

/** One incident with its whole history. */
export interface IncidentHistory {
  readonly incident: Incident;
  /** Oldest first, each with who was notified and why the others were not. */
  readonly transitions: readonly NotifiedTransition[];
  readonly deliveries: readonly DeliveryView[];
}

export interface IncidentStore {
  /** Newest first; resolved ones only if `all`. */
  incidents(all: boolean, limit: number): Promise<readonly Incident[]>;
  history(incidentId: string): Promise<IncidentHistory | undefined>;
  /** The newest runs of comparable probes, at most 200. */
  peersOf(incident: Incident): Promise<readonly PeerProbe[]>;
  /** Passes the newest state of the incident to `change` and writes what it returns; undefined writes nothing. */
  changeIncident(
    fingerprint: string,
    entry: AuditEntry,
    change: (incident: Incident) => Effects | undefined,
  ): Promise<void>;
}

/** Undefined: there is no such incident. */
export interface Incidents {
  list(all: boolean, most?: number): Promise<readonly Incident[]>;
  get(id: string): Promise<IncidentHistory | undefined>;
  /** The same with the words of its alert, and how far it reaches. */
  brief(id: string): Promise<(IncidentHistory & { readonly brief: IncidentBrief }) | undefined>;
  acknowledge(id: string, by: string, why: string): Promise<OperationResult | undefined>;
  resolve(id: string, by: string, why: string): Promise<OperationResult | undefined>;
}

interface IncidentWorld {
  readonly store: IncidentStore;
  readonly clock: Clock;
  /** Who is notified of a probe's incidents. */
  readonly receiversOf: (probeId: string) => readonly string[];
  /** Called when a message may have become due. */
  readonly nudge: () => void;
}

const mostListed = 500;

export function createIncidents({ store, clock, receiversOf, nudge }: IncidentWorld): Incidents {
  const change = async (
    id: string,
    what: "acknowledge" | "resolve",
    by: string,
    why: string,
  ): Promise<OperationResult | undefined> => {
    const known = await store.history(id);
    if (known === undefined) return undefined;
    const entry: AuditEntry = { by, what, subject: id, why, atMs: clock.nowMs() };
    let result: OperationResult = { kind: "refused", reason: "it is over, and another has begun since" };
    await store.changeIncident(known.incident.fingerprint, entry, (incident) => {
      if (incident.episode !== known.incident.episode) return undefined;
      result = (what === "acknowledge" ? acknowledge : resolveByHand)(incident, entry);
      return result.kind === "refused"
        ? undefined
        : notify(result.incident, result.transition, receiversOf(incident.probeId));
    });
    nudge();
    return result;
  };

  return {
    list: (all, most = mostListed) => store.incidents(all, most),
    get: (id) => store.history(id),
    async brief(id) {
      const history = await store.history(id);
      if (history === undefined) return undefined;
      const { incident } = history;
      const isOne = incident.group === undefined && incident.state !== "resolved";
      return { ...history, brief: briefOf(incident, isOne ? await store.peersOf(incident) : undefined) };
    },
    acknowledge: (id, by, why) => change(id, "acknowledge", by, why),
    resolve: (id, by, why) => change(id, "resolve", by, why),
  };
}
