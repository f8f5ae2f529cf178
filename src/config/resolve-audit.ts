import type { AuditTerms, Fallback, Target } from "../probe/target.ts";
import type { Check } from "./complaint.ts";
import type { ConfigText } from "./schema.ts";
import { requireSecret } from "./secrets.ts";

/** The audit terms of a target, once all targets are known: a fallback can be any other target. */
export function resolveAudit(
  name: string,
  text: ConfigText,
  targets: ReadonlyMap<string, Target>,
  check: Check,
): AuditTerms | undefined {
  const given = text.targets.get(name)?.audit;
  if (given === undefined) return undefined;
  const path = ["targets", name, "audit"];
  const { revokedKey, billing, fallback } = given;
  if (revokedKey !== undefined) requireSecret("target", revokedKey, [...path, "revokedKey"], check);
  if (billing?.key !== undefined) requireSecret("target", billing.key, [...path, "billing", "key"], check);
  return { ...given, fallback: fallback && fallbackOf(fallback, targets) };
}

type FallbackText = NonNullable<NonNullable<ReturnType<ConfigText["targets"]["get"]>>["audit"]>["fallback"];

/** `targets` have no audit terms yet: a fallback of a fallback cannot be configured. */
function fallbackOf(given: NonNullable<FallbackText>, targets: ReadonlyMap<string, Target>): Fallback | undefined {
  if (given.target !== undefined) {
    const target = targets.get(given.target);
    return target && { kind: "secondary", target };
  }
  if (given.cachedAnswer !== undefined) return { kind: "cached-answer", text: given.cachedAnswer };
  if (given.staticAnswer !== undefined) return { kind: "static-answer", text: given.staticAnswer };
  if (given.human !== undefined) return { kind: "human", contact: given.human };
  return { kind: "retry-later" };
}
