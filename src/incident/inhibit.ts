import type { MaintenanceWindow } from "../probe/alerting.ts";
import { type Incident, incidentId, type Moved } from "./incident.ts";
import { maintenanceAt } from "./maintenance.ts";
import type { Matchable } from "./matcher.ts";
import { isSilencedBy, type Silence } from "./silence.ts";
import type { PeerProbe } from "./blast-radius.ts";

/** Why nobody is notified of an incident at the moment. `by` is the id of the silence or incident, or the name of the window. */
export type Mute =
  | { readonly reason: "silenced"; readonly by: string }
  | { readonly reason: "maintenance"; readonly by: string }
  | { readonly reason: "target-is-down"; readonly by: string }
  | { readonly reason: "provider-is-down"; readonly by: string }
  | { readonly reason: "no-connectivity"; readonly by: string }
  | { readonly reason: "clock-is-wrong"; readonly by: string }
  | { readonly reason: "monitor-overloaded"; readonly by: string }
  | { readonly reason: "moved-together"; readonly by: string };

/** What of an incident decides whether it is muted. */
export type Mutable = Matchable & Pick<Incident, "fingerprint" | "kind" | "model" | "label">;

export interface Surroundings {
  readonly silences: readonly Silence[];
  /** Open or acknowledged availability incidents of the same target and location, this one's own included. */
  readonly outages: readonly Outage[];
  /** Open group incidents. */
  readonly groups?: readonly Incident[] | undefined;
  /** Open contract and error-shape incidents: one change of a provider may have several. */
  readonly changes?: readonly Incident[] | undefined;
  /** Why the probe is not checked, where that is known. */
  readonly unchecked?: string | undefined;
  /** The state of the other probes; read only when there is something to send. */
  readonly peers?: readonly PeerProbe[] | undefined;
  /** Messages about what is wrong within the last hour, by receiver; read only when there is something to send. */
  readonly sent?: ReadonlyMap<string, number> | undefined;
}

export interface Outage {
  readonly fingerprint: string;
  readonly incidentId: string;
  readonly openedAtMs: number;
}

export function outageOf(incident: Incident): Outage {
  const { fingerprint, openedAtMs = incident.firstBadSlotMs } = incident;
  return { fingerprint, incidentId: incidentId(incident), openedAtMs };
}

export const alone: Surroundings = { silences: [], outages: [] };

/** What mutes an incident at the moment; undefined: nothing. A policy breach is never a symptom of something else. */
export function muteOf(
  incident: Mutable,
  { silences, outages, groups = [] }: Surroundings,
  windows: readonly MaintenanceWindow[],
  nowMs: number,
): Mute | undefined {
  const silence = silences.find((one) => isSilencedBy(incident, one, nowMs));
  if (silence !== undefined) return { reason: "silenced", by: silence.id };
  const window = maintenanceAt(windows, incident, nowMs);
  if (window !== undefined) return { reason: "maintenance", by: window.name };
  if (incident.kind === "policy" || incident.kind === "monitor") return undefined;
  return groupOf(incident, groups, nowMs) ?? firstOutage(incident, outages);
}

/** The widest cause first. */
const causes = [
  "monitor-overloaded",
  "clock-is-wrong",
  "no-connectivity",
  "provider-is-down",
  "moved-together",
] as const;

/** A group incident that was not confirmed for this long, for example by a monitor that is gone, mutes nothing. */
const freshMs = 15 * 60_000;

function groupOf(incident: Mutable, groups: readonly Incident[], nowMs: number): Mute | undefined {
  for (const reason of causes) {
    const found = groups.find(
      ({ group, fingerprint, lastSlotMs, goodInARow }) =>
        group?.reason === reason &&
        goodInARow === 0 &&
        fingerprint !== incident.fingerprint &&
        nowMs - lastSlotMs < freshMs &&
        (group.location ?? incident.location) === incident.location &&
        group.targets?.includes(incident.target) !== false &&
        (group.moved === undefined || isOneOf(group.moved, incident)),
    );
    if (found !== undefined) return { reason, by: incidentId(found) };
  }
  return undefined;
}

/** Why nothing that is measured at a location counts just now; undefined: it does. */
export function unwellAt({ groups = [] }: Surroundings, location: string, nowMs: number): string | undefined {
  const found = groups.find(
    ({ group, lastSlotMs, goodInARow }) =>
      (group?.reason === "monitor-overloaded" || group?.reason === "clock-is-wrong") &&
      goodInARow === 0 &&
      nowMs - lastSlotMs < freshMs &&
      (group.location ?? location) === location,
  );
  return found?.group?.headline;
}

function isOneOf({ kind, model, label, exceptions }: Moved, incident: Mutable): boolean {
  const isOfModel = model === undefined || incident.model === model;
  const measuresTheSame = incident.kind === kind && isOfModel && (label ?? incident.label) === incident.label;
  return measuresTheSame && !exceptions.includes(incident.fingerprint);
}

/** A target that is down has one message: its first outage mutes the other incidents of its probes. */
function firstOutage(incident: Mutable, outages: readonly Outage[]): Mute | undefined {
  const [first] = outages.toSorted((a, b) => a.openedAtMs - b.openedAtMs || (a.fingerprint < b.fingerprint ? -1 : 1));
  return first === undefined || first.fingerprint === incident.fingerprint
    ? undefined
    : { reason: "target-is-down", by: first.incidentId };
}
