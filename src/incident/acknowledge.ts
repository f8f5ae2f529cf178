import { type Acknowledgement, type Incident, incidentId, type Transition, type TransitionKind } from "./incident.ts";

/** What a person can do to an incident, or why not. */
export type OperationResult =
  | { readonly kind: "done"; readonly incident: Incident; readonly transition: Transition }
  | { readonly kind: "refused"; readonly reason: string };

/** A person owns it now: reminders stop, until it resolves by itself. */
export function acknowledge(incident: Incident, act: Acknowledgement): OperationResult {
  switch (incident.state) {
    case "open":
      return done({ ...incident, state: "acknowledged", acknowledged: act }, "acknowledged", act);
    case "acknowledged":
      return refused(`${incident.acknowledged?.by ?? "somebody"} has acknowledged it already`);
    case "resolved":
    case "suspected":
      return refused("it is not open");
    default:
      return incident.state satisfies never;
  }
}

/** A person says it is over. The next bad slots open another one if they were wrong. */
export function resolveByHand(incident: Incident, act: Acknowledgement): OperationResult {
  if (incident.state !== "open" && incident.state !== "acknowledged") return refused("it is not open");
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
