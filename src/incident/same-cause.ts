import { type Incident, incidentId } from "./incident.ts";
import { notifiedReceivers } from "./notification-log.ts";

/** Kinds of which several scenarios find one change each by itself, such as an error in place of every answer. */
const shared: readonly Incident["kind"][] = ["contract", "error-shape", "expectation"];

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
  const isSameHost = one.host !== undefined && one.host === incident.host && isOfProvider(incident);
  const isSamePlace = one.target === incident.target || isSameHost;
  return isOther && isSamePlace && (one.state === "open" || one.state === "acknowledged");
}

/** A rule that one target breaks may be about its key or its limits; an error of the server is about all of them. */
const isOfProvider = ({ kind, findings }: Incident): boolean =>
  kind !== "expectation" || findings.every(({ observed }) => /^5\d\d\b/.test(observed));

function names(one: Incident, { findings }: Incident): boolean {
  const said = new Set(one.findings.map(keyOf));
  return findings.length > 0 && findings.every((finding) => said.has(keyOf(finding)));
}

const keyOf = ({ subject, observed }: Incident["findings"][number]): string => JSON.stringify([subject, observed]);
