import type { MaintenanceWindow } from "../probe/alerting.ts";
import { type Incident, incidentId, type Moved } from "./incident.ts";
import { maintenanceAt } from "./maintenance.ts";
import type { Matchable } from "./matcher.ts";
import { isSilencedBy, type Silence } from "./silence.ts";
import type { PeerProbe } from "./blast-radius.ts";

/** Why nobody is told of an incident just now. `by` is the silence's or the other incident's id, or the window's name. */
export type Mute =
  | { readonly reason: "silenced"; readonly by: string }
  | { readonly reason: "maintenance"; readonly by: string }
  | { readonly reason: "target-is-down"; readonly by: string }
  | { readonly reason: "provider-is-down"; readonly by: string }
  | { readonly reason: "no-connectivity"; readonly by: string }
  | { readonly reason: "clock-is-wrong"; readonly by: string }
  | { readonly reason: "monitor-overloaded"; readonly by: string }
  | { readonly reason: "moved-together"; readonly by: string };

/** What of an incident decides whether somebody is told of it. */
export type Mutable = Matchable & Pick<Incident, "fingerprint" | "kind" | "model" | "label">;

export interface Surroundings {
  readonly silences: readonly Silence[];
  /** Open or acknowledged availability incidents of the same target and location, this one's own included. */
  readonly outages: readonly Outage[];
  /** Open incidents that stand for others. */
  readonly groups?: readonly Incident[] | undefined;
  /** How the other probes are; read only when there is something to tell. */
  readonly peers?: readonly PeerProbe[] | undefined;
  /** Messages about what is wrong within the last hour, by receiver; read only when there is something to tell. */
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

/** Why nobody is told of it just now; undefined: they are. A policy breach is never a symptom of something else. */
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

/** What nobody has confirmed for so long, such as a monitor that is gone, keeps nothing quiet any more. */
const freshMs = 15 * 60_000;

function groupOf(incident: Mutable, groups: readonly Incident[], nowMs: number): Mute | undefined {
  for (const reason of causes) {
    const cover = groups.find(
      ({ group, fingerprint, lastSlotMs, goodInARow }) =>
        group?.reason === reason &&
        goodInARow === 0 &&
        fingerprint !== incident.fingerprint &&
        nowMs - lastSlotMs < freshMs &&
        (group.location ?? incident.location) === incident.location &&
        group.targets?.includes(incident.target) !== false &&
        (group.moved === undefined || isOneOf(group.moved, incident)),
    );
    if (cover !== undefined) return { reason, by: incidentId(cover) };
  }
  return undefined;
}

function isOneOf({ kind, model, label, exceptions }: Moved, incident: Mutable): boolean {
  const measuresTheSame = incident.kind === kind && incident.model === model && incident.label === label;
  return measuresTheSame && !exceptions.includes(incident.fingerprint);
}

/** A target that is down is told once: its first outage mutes those of its other probes and whatever else they find. */
function firstOutage(incident: Mutable, outages: readonly Outage[]): Mute | undefined {
  const [first] = outages.toSorted((a, b) => a.openedAtMs - b.openedAtMs || (a.fingerprint < b.fingerprint ? -1 : 1));
  return first === undefined || first.fingerprint === incident.fingerprint
    ? undefined
    : { reason: "target-is-down", by: first.incidentId };
}
