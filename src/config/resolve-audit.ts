import type { AuditTerms, Fallback } from "../probe/audit-terms.ts";
import type { Target } from "../probe/target.ts";
import { closestTo } from "./closest.ts";
import type { Complaint, LoadContext } from "./complaint.ts";
import { requireSecret } from "./required-secret.ts";
import type { ConfigText } from "./schema.ts";
import { durationMs } from "../probe/text-schemas.ts";

/** What a target's `audit` says, once all targets are known: a fallback may be any other of them. */
export function resolveAudits(
  text: ConfigText,
  targets: ReadonlyMap<string, Target>,
  context: LoadContext,
  complaints: Complaint[],
): Map<string, Target> {
  return new Map(
    [...targets].map(([name, target]) => {
      const audit = resolveAudit(name, text, targets, context, complaints);
      return [name, audit === undefined ? target : { ...target, audit }];
    }),
  );
}

function resolveAudit(
  name: string,
  text: ConfigText,
  targets: ReadonlyMap<string, Target>,
  context: LoadContext,
  complaints: Complaint[],
): AuditTerms | undefined {
  const given = text.targets[name]?.audit;
  if (given === undefined) return undefined;
  const path = ["targets", name, "audit"];
  const { revokedKey, billing } = given;
  if (revokedKey !== undefined) requireSecret(revokedKey, [...path, "revokedKey"], context, complaints);
  if (billing?.key !== undefined) requireSecret(billing.key, [...path, "billing", "key"], context, complaints);
  const other = given.fallback?.target;
  if (other !== undefined && (other === name || !targets.has(other))) {
    const known = [...targets.keys()].filter((it) => it !== name);
    const closest = closestTo(other, known);
    complaints.push({
      path: [...path, "fallback"],
      key: "target",
      expected: "the name of another target",
      got: `"${other.slice(0, 60)}"`,
      hint: closest === undefined ? `known: ${known.join(", ") || "none"}` : `did you mean "${closest}"?`,
    });
  }
  return {
    environment: given.environment,
    application: given.application,
    revokedKey,
    documentation: given.documentation,
    warnAfterMs: durationMs(given.warnAfter),
    fallback: given.fallback && fallbackOf(given.fallback, targets),
    billing: billing && {
      kind: billing.source,
      url: billing.url,
      key: billing.key,
      lagMs: durationMs(billing.lag),
    },
    accept: given.accept,
  };
}

type FallbackText = NonNullable<NonNullable<ConfigText["targets"][string]["audit"]>["fallback"]>;

/** `targets` have no audit terms yet: a fallback of a fallback cannot be written down. */
function fallbackOf(given: FallbackText, targets: ReadonlyMap<string, Target>): Fallback | undefined {
  if (given.target !== undefined) {
    const target = targets.get(given.target);
    return target && { kind: "secondary", target };
  }
  if (given.cachedAnswer !== undefined) return { kind: "cached-answer", text: given.cachedAnswer };
  if (given.staticAnswer !== undefined) return { kind: "static-answer", text: given.staticAnswer };
  if (given.human !== undefined) return { kind: "human", contact: given.human };
  return { kind: "retry-later" };
}
