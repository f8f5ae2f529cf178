import type { Series } from "../baseline/baseline.ts";
import type { Fleet, Reading } from "../baseline/reading.ts";
import { hostOf } from "../incident/common-cause.ts";
import type { Incident } from "../incident/incident.ts";
import { type Mutable, muteOf, outageOf } from "../incident/inhibit.ts";
import { fingerprintOf } from "../incident/reduce.ts";
import type { Silence } from "../incident/silence.ts";
import { tierOf } from "../incident/tier.ts";
import type { GroupMember } from "../judgement/drift/group/group.ts";
import { inForce } from "../judgement/drift/group/promise.ts";
import type { Alerting } from "../probe/alerting.ts";
import type { Probe } from "../probe/probe.ts";

/** A series that shows a move. */
export interface AwaySeries {
  readonly series: Series;
  readonly reading: Reading;
  readonly lastSlotMs: number;
  /** How many probes measure the same of its target. */
  readonly peers: number;
}

/** The same, with its own incident, as it is or would be, and whether that is muted for a reason of its own. */
export interface Member extends Omit<GroupMember, "source">, AwaySeries {
  readonly probe: Probe;
  readonly host: string;
  readonly own: Mutable;
  readonly incident: Incident | undefined;
  readonly falsePageEveryMs: number;
  readonly isMuted: boolean;
}

export interface Around {
  readonly probes: readonly Probe[];
  readonly incidents: readonly Incident[];
  readonly silences: readonly Silence[];
  readonly fleet: Fleet;
  readonly alerting: Alerting;
}

export function membersOf(
  away: readonly AwaySeries[],
  { probes, incidents, silences, fleet, alerting }: Around,
  nowMs: number,
): Member[] {
  const byId = new Map(probes.map((probe) => [probe.id, probe]));
  const open = new Map(incidents.map((incident) => [incident.fingerprint, incident]));
  const groups = incidents.filter(({ group }) => group !== undefined && group.moved === undefined);
  const outages = Map.groupBy(
    incidents.filter(({ kind, group }) => kind === "availability" && group === undefined),
    placeOf,
  );
  return away.flatMap((one): Member[] => {
    const probe = byId.get(one.series.probeId);
    if (probe === undefined) return [];
    const own = ownOf(probe, one);
    const incident = open.get(own.fingerprint);
    const around = { silences, groups, outages: (outages.get(placeOf(own)) ?? []).map(outageOf) };
    const isMuted = muteOf(own, around, alerting.maintenance, nowMs) !== undefined;
    const { falsePageEveryMs } = inForce(probe.judge, fleet).drift;
    const { openedAtMs } = incident ?? {};
    return [{ ...one, probe, host: hostOf(probe.target), own, incident, openedAtMs, falsePageEveryMs, isMuted }];
  });
}

const placeOf = ({ target, location }: Pick<Mutable, "target" | "location">): string =>
  JSON.stringify([target, location]);

function ownOf(probe: Probe, { series }: AwaySeries): Mutable {
  const { id, aspect: kind, label } = series;
  const severity = "risky";
  return {
    fingerprint: fingerprintOf(probe, { subject: { kind, series: id, label } }),
    kind,
    label,
    severity,
    tier: tierOf(kind, severity, probe.tier),
    target: probe.target.name,
    model: probe.target.model,
    probe: probe.name,
    scenario: probe.scenario.name,
    location: probe.location,
  };
}
