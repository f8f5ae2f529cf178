import type { RuleResult } from "./decision.ts";
import { rules } from "./rules.ts";
import { remedyMark } from "./ruled.ts";

/** A row that is not met: what was seen, and what to do about it. */
export interface OpenRow extends RuleResult {
  readonly remedy: string;
}

/** Rows that nobody answers for, broken ones first, each with what to do. */
export function openRows(target: string, results: readonly RuleResult[]): OpenRow[] {
  return results
    .filter(({ state, accepted }) => state !== "met" && accepted === undefined)
    .toSorted((a, b) => a.state.localeCompare(b.state))
    .map((result) => {
      const [seen = "", remedy] = result.evidence.split(remedyMark, 2);
      if (remedy !== undefined) return { ...result, evidence: seen, remedy };
      const isAbsolute = rules.some(({ item, isAbsolute: is }) => item === result.item && is === true);
      const otherwise = isAbsolute
        ? "this risk cannot be accepted"
        : `or add { item: ${result.item}, reason, by, until } to targets.${target}.audit.accept`;
      return { ...result, remedy: `fix it and audit again${isAbsolute ? "; " : ", "}${otherwise}` };
    });
}

/** How many rows have each state; those that somebody answers for are counted as accepted alone. */
export function countRows(results: readonly RuleResult[]) {
  const count = (wanted: (result: RuleResult) => boolean): number => results.filter(wanted).length;
  const isOwn = ({ accepted }: RuleResult): boolean => accepted === undefined;
  return {
    met: count(({ state }) => state === "met"),
    broken: count((result) => result.state === "broken" && isOwn(result)),
    open: count((result) => result.state === "open" && isOwn(result)),
    accepted: count((result) => result.state !== "met" && !isOwn(result)),
  };
}
