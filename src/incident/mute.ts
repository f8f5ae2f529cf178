import type { FindingKind } from "../judgement/judgement.ts";
import type { MaintenanceWindow } from "../probe/alerting.ts";
import type { Incident } from "./incident.ts";
import { maintenanceAt } from "./maintenance.ts";
import { fits } from "./matcher.ts";
import type { Neighbour } from "./reach.ts";

/** Deliveries of what it matches are muted for a while; judging goes on. */
export interface Silence {
  readonly id: string;
  readonly matcher: SilenceMatcher;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly by: string;
  readonly why: string;
}

/** Each given member must match, `*` standing for any characters. At least one is given. */
export interface SilenceMatcher {
  readonly target?: string | undefined;
  readonly probe?: string | undefined;
  readonly scenario?: string | undefined;
  readonly location?: string | undefined;
  readonly kind?: FindingKind | undefined;
}

/** Why nobody is told of an incident just now. `by` is the silence's or the other incident's id, or the window's name. */
export type Mute =
  | { readonly reason: "silenced"; readonly by: string }
  | { readonly reason: "maintenance"; readonly by: string }
  | { readonly reason: "target-is-down"; readonly by: string };

export interface Surroundings {
  readonly silences: readonly Silence[];
  /** Open or acknowledged availability incidents of the same target and location, this one's own included. */
  readonly outages: readonly Outage[];
  /** How the other probes are; read only when there is something to tell. */
  readonly neighbours?: readonly Neighbour[] | undefined;
  /** Messages about what is wrong within the last hour, by receiver; read only when there is something to tell. */
  readonly sent?: ReadonlyMap<string, number> | undefined;
}

export interface Outage {
  readonly fingerprint: string;
  readonly incidentId: string;
  readonly openedAtMs: number;
}

export const alone: Surroundings = { silences: [], outages: [] };

/**
 * A target that is down is told once: its first outage mutes the outages of its other probes and whatever else they
 * find. A policy breach is never a symptom of one.
 */
export function muteOf(
  incident: Incident,
  { silences, outages }: Surroundings,
  windows: readonly MaintenanceWindow[],
  nowMs: number,
): Mute | undefined {
  const silence = silences.find((it) => it.startsAtMs <= nowMs && nowMs < it.endsAtMs && matches(it.matcher, incident));
  if (silence !== undefined) return { reason: "silenced", by: silence.id };
  const window = maintenanceAt(windows, incident, nowMs);
  if (window !== undefined) return { reason: "maintenance", by: window.name };
  if (incident.kind === "policy" || incident.kind === "monitor") return undefined;
  const [first] = outages.toSorted((a, b) => a.openedAtMs - b.openedAtMs || (a.fingerprint < b.fingerprint ? -1 : 1));
  return first === undefined || first.fingerprint === incident.fingerprint
    ? undefined
    : { reason: "target-is-down", by: first.incidentId };
}

export function matches(matcher: SilenceMatcher, incident: Incident): boolean {
  const { target, probe, scenario, location, kind } = matcher;
  return (
    fits(target, incident.target) &&
    fits(probe, incident.probe) &&
    fits(scenario, incident.scenario) &&
    fits(location, incident.location) &&
    (kind === undefined || kind === incident.kind)
  );
}
