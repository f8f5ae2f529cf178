import type { Compared } from "./compare.ts";
import { usualTerms } from "./comparison-cost.ts";
import { broken, met, open, type Rule, setting } from "./ruled.ts";
import type { AuditView } from "./view.ts";

/** Whether the model that answers is the one that was named: only a reference can tell. */
export const identityRule: Rule = {
  item: "model-identity",
  condition: ({ sameAs }) =>
    sameAs === undefined
      ? "the answers were compared with those of a target that is trusted"
      : `answers of one word do not differ from those of ${sameAs.name}; equal targets fail this in at most ${100 * usualTerms.errorRate} % of audits`,
  judge({ target, comparison }) {
    const { name, sameAs } = target;
    if (sameAs === undefined) {
      return open(
        "not verified: no reference",
        `set ${setting(target, "sameAs")} to a target that surely is this model, or name who accepts the risk in ${setting(target, "audit.accept")}`,
      );
    }
    if (typeof comparison === "string") return open(`not compared: ${comparison}`, "mend the target that is named");
    if (comparison === undefined) return open("not compared", "approve a cost that covers the comparison");
    const evidence = comparedText(sameAs.name, comparison);
    switch (comparison.kind) {
      case "same":
        return met(evidence);
      case "different":
        return broken(evidence);
      case "cannot tell yet": {
        const more = comparison.requests + 2 * comparison.more;
        return open(evidence, `run plumbline compare ${name} --with ${sameAs.name} --max-requests ${more}`);
      }
      default:
        return comparison satisfies never;
    }
  },
};

/** For the worksheet. */
export function identityText({ target: { sameAs }, comparison }: AuditView): string {
  if (sameAs === undefined) return "identity not verified: no reference";
  if (comparison === undefined) return `not compared with ${sameAs.name}`;
  return typeof comparison === "string" ? `not compared: ${comparison}` : comparedText(sameAs.name, comparison);
}

function comparedText(reference: string, compared: Compared): string {
  const { kind, pairs, distance, byChance } = compared;
  const result = kind === "same" ? "the same as" : kind === "different" ? "different from" : "perhaps the same as";
  return `${result} ${reference} by ${pairs} pairs of answers: distance ${distance.toFixed(2)}, where chance alone makes ${byChance.toFixed(2)}`;
}
