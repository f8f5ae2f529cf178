import { type Acknowledgement, type Incident, incidentId, type Transition, type TransitionKind } from "./incident.ts";

/** The result of an operation on an incident, or why it was refused. */
export type OperationResult =
  | { readonly kind: "done"; readonly incident: Incident; readonly transition: Transition }
  | { readonly kind: "refused"; readonly reason: string };

/** A person owns the incident now: reminders stop until it resolves by itself. */
export function acknowledge(incident: Incident, act: Acknowledgement): OperationResult {
  switch (incident.state) {
    case "open":
      return done({ ...incident, state: "acknowledged", acknowledged: act }, "acknowledged", act);
    case "acknowledged":
      return refused(`${incident.acknowledged?.by ?? "somebody"} has already acknowledged the incident`);
    case "resolved":
    case "suspected":
      return refused("the incident is not open");
    default:
      return incident.state satisfies never;
  }
}

/** A person resolves the incident. If they were wrong, the next bad slots open another one. */
export function resolveByHand(incident: Incident, act: Acknowledgement): OperationResult {
  if (incident.state !== "open" && incident.state !== "acknowledged") return refused("the incident is not open");
  return done(
    { ...incident, state: "resolved", resolvedAtMs: act.atMs, isResolvedByHand: true, recent: [] },
    "resolved",
    act,
  );
}

function done(changed: Incident, kind: TransitionKind, { by, why, atMs }: Acknowledgement): OperationResult {
  const incident = { ...changed, sequence: changed.sequence + 1 };
  const { fingerprint, sequence } = incident;
  const transition = {
    kind,
    incidentId: incidentId(incident),
    fingerprint,
    sequence,
    atMs,
    reason: `by ${by}: ${why}`,
  };
  return { kind: "done", incident, transition };
}

const refused = (reason: string): OperationResult => ({ kind: "refused", reason });
