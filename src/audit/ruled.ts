import type { Check } from "../scenario/scenario.ts";
import type { AuditView } from "./view.ts";

/** What one rule came to, with one line of evidence. `open`: nobody can say. */
export interface Ruled {
  readonly state: "met" | "broken" | "open";
  readonly evidence: string;
}

export const met = (evidence: string): Ruled => ({ state: "met", evidence });
export const broken = (evidence: string): Ruled => ({ state: "broken", evidence });
export const open = (evidence: string): Ruled => ({ state: "open", evidence });

export function named(view: AuditView, scenario: string, subject: RegExp): readonly Check[] {
  return view.checks(scenario).filter((check) => subject.test(check.subject));
}

/** Broken if one is; the first of the worst is the evidence, the summary when all are held. */
export function ofChecks(checks: readonly Check[], nothing: string, summary?: string): Ruled {
  if (checks.length === 0) return open(nothing);
  const notified = ({ subject, observed, expected, outcome }: Check): string =>
    outcome === "held" ? `${subject}: ${observed}` : `${subject}: ${observed}, expected ${expected}`;
  const bad = checks.filter(({ outcome }) => outcome === "broken");
  if (bad.length > 0) return broken(bad.map(notified).join("; "));
  const unknown = checks.filter(({ outcome }) => outcome === "unknown");
  if (unknown.length === checks.length) return open(unknown.map(notified).join("; "));
  const held = checks.filter(({ outcome }) => outcome === "held");
  return met(
    [`${held.length} of ${checks.length} checks held`, summary ?? held.slice(0, 2).map(notified).join("; ")].join(": "),
  );
}
