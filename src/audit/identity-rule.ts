import { sameWithinBits } from "../judgement/output/compare.ts";
import type { Compared, NotCompared } from "./compare.ts";
import { usualTerms } from "./comparison-cost.ts";
import { broken, met, open, type Rule, setting } from "./ruled.ts";
import type { AuditView } from "./view.ts";

/** Whether the named model answers: only a comparison with a reference shows it. */
export const identityRule: Rule = {
  item: "model-identity",
  condition: ({ sameAs }) =>
    sameAs === undefined
      ? "a comparison with a trusted target shows which model answers"
      : `answers of one word do not differ from those of ${sameAs.name}; equal targets fail this in at most ${100 * usualTerms.errorRate} % of audits`,
  judge({ target, comparison }) {
    const { name, sameAs } = target;
    if (sameAs === undefined) {
      return open(
        "not verified: no reference",
        `set ${setting(target, "sameAs")} to a target whose model you trust, or name who accepts the risk in ${setting(target, "audit.accept")}`,
      );
    }
    if (comparison === undefined) return open("not compared", "approve a cost that covers the comparison");
    const evidence = comparedText(sameAs.name, comparison);
    switch (comparison.kind) {
      case "same":
        return met(evidence);
      case "different":
        return broken(evidence);
      case "cannot tell yet": {
        const more = comparison.requests + 2 * comparison.more;
        return open(
          evidence,
          `run plumbline compare ${name} --with ${sameAs.name} --max-requests ${more}; if both are the same, name who answers for it in ${setting(target, "audit.accept")}`,
        );
      }
      case "not compared":
        return open(evidence, "correct the target that did not answer, and audit again");
      default:
        return comparison satisfies never;
    }
  },
};

/** For the worksheet. */
export function identityText({ target: { sameAs }, comparison }: AuditView): string {
  if (sameAs === undefined) return "identity not verified: no reference";
  return comparison === undefined ? `not compared with ${sameAs.name}` : comparedText(sameAs.name, comparison);
}

function comparedText(reference: string, compared: Compared | NotCompared): string {
  if (compared.kind === "not compared") return `not compared: ${compared.why}`;
  const { kind, pairs, distance, byChance } = compared;
  const result =
    kind === "same"
      ? `the same within ${sameWithinBits} bits as`
      : kind === "different"
        ? "different from"
        : "perhaps the same as";
  return `${result} ${reference} by ${pairs} pairs of answers: distance ${distance.toFixed(2)}, where chance alone makes ${byChance.toFixed(2)}`;
}
