import type { AuditItem } from "../probe/audit-terms.ts";
import type { Target } from "../probe/target.ts";
import type { Check } from "../scenario/scenario.ts";
import type { AuditView } from "./view.ts";

/** One condition of taking production traffic. */
export interface Rule {
  /** By this name a risk is accepted in the configuration. */
  readonly item: AuditItem;
  /** Exactly what `judge` looks at, in words made from what it looks at. */
  readonly condition: (target: Target) => string;
  /** Such a breach is nobody's to accept. */
  readonly isAbsolute?: boolean;
  /** Whether there is anything to judge about this target; always if omitted. */
  readonly appliesTo?: (target: Target) => boolean;
  readonly judge: (view: AuditView) => Ruled;
}

/** What one rule came to, with one line of evidence. `open`: nobody can say. */
export interface Ruled {
  readonly state: "met" | "broken" | "open";
  readonly evidence: string;
}

export const met = (evidence: string): Ruled => ({ state: "met", evidence });
export const broken = (evidence: string): Ruled => ({ state: "broken", evidence });
/** `remedy`: what would answer it, with the key of the configuration to set. */
export const open = (evidence: string, remedy: string): Ruled => ({
  state: "open",
  evidence: `${evidence === "" ? "not played" : evidence}${remedyMark}${remedy}`,
});

/** Between what was seen and what would answer it. */
export const remedyMark = ". To answer this: ";

/** `setting({ name: "mini" }, "audit.billing")`: `targets.mini.audit.billing` */
export const setting = ({ name }: Target, key: string): string => `targets.${name}.${key}`;

/** `a, b and c` */
export function listOf(items: readonly string[], last = "and"): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} ${last} ${items.at(-1) ?? ""}`;
}

export function named(view: AuditView, scenario: string, subject: RegExp): readonly Check[] {
  return view.checks(scenario).filter((check) => subject.test(check.subject));
}

interface Words {
  /** Said when there are no checks. */
  readonly nothing: string;
  readonly remedy: string;
  /** The evidence when all hold. */
  readonly summary?: string;
}

/** Met only if every check holds. Broken if one is; open if one cannot be known. */
export function ofChecks(checks: readonly Check[], { nothing, remedy, summary }: Words): Ruled {
  if (checks.length === 0) return open(nothing, remedy);
  const of = (wanted: Check["outcome"]): string[] =>
    checks.flatMap(({ subject, observed, expected, outcome }) =>
      outcome !== wanted ? [] : [`${subject}: ${observed}${outcome === "held" ? "" : `, expected ${expected}`}`],
    );
  const [bad, unknown, held] = [of("broken"), of("unknown"), of("held")];
  if (bad.length > 0) return broken(bad.join("; "));
  const count = `${held.length} of ${checks.length} checks held`;
  if (unknown.length > 0) return open(`${count}, the rest cannot be known: ${unknown.join("; ")}`, remedy);
  return met(`${count}: ${summary ?? held.slice(0, 2).join("; ")}`);
}
