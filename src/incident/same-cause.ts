import { type Incident, incidentId } from "./incident.ts";
import { notifiedReceivers } from "./notification-log.ts";

/** Kinds of which several scenarios find one change each by itself. */
const shared: readonly Incident["kind"][] = ["contract", "error-shape"];

/** Whether others may be open for the same change of the provider. */
export const mayShareChange = ({ kind, group }: Incident): boolean => group === undefined && shared.includes(kind);

/**
 * Which receivers know of the cause already, by another open incident of the same target or host that names every change of this
 * one: by receiver, the id of that incident.
 */
export function knownBy(
  incident: Incident,
  changes: readonly Incident[],
  receivers: readonly string[],
): ReadonlyMap<string, string> {
  const others = mayShareChange(incident)
    ? changes.filter((one) => isOpenBeside(one, incident) && names(one, incident))
    : [];
  return new Map(
    others
      .toSorted((a, b) => openedAt(b) - openedAt(a))
      .flatMap((one) => [...notifiedReceivers(one, receivers)].map((name) => [name, incidentId(one)] as const)),
  );
}

const openedAt = ({ openedAtMs, firstBadSlotMs }: Incident): number => openedAtMs ?? firstBadSlotMs;

function isOpenBeside(one: Incident, incident: Incident): boolean {
  const isOther = one.fingerprint !== incident.fingerprint && one.kind === incident.kind;
  const isSamePlace = one.target === incident.target || (one.host !== undefined && one.host === incident.host);
  return isOther && isSamePlace && (one.state === "open" || one.state === "acknowledged");
}

function names(one: Incident, { findings }: Incident): boolean {
  const said = new Set(one.findings.map(keyOf));
  return findings.length > 0 && findings.every((finding) => said.has(keyOf(finding)));
}

const keyOf = ({ subject, observed }: Incident["findings"][number]): string => JSON.stringify([subject, observed]);
