import type { AcceptedRisk, PinnedReplies } from "../probe/audit-terms.ts";
import { pinnedRule } from "./pinned.ts";
import { rules } from "./rules.ts";
import type { Ruled } from "./ruled.ts";
import { type AuditView, isAnswered } from "./view.ts";

export type Readiness = "READY" | "READY WITH ACCEPTED RISKS" | "NOT READY" | "COULD NOT BE JUDGED";

export interface RuleResult extends Ruled {
  readonly item: string;
  readonly condition: string;
  /** Who answers for it, and until when. */
  readonly accepted?: AcceptedRisk | undefined;
}

export interface Decision {
  readonly readiness: Readiness;
  /** One sentence. */
  readonly because: string;
  readonly results: readonly RuleResult[];
}

/** Every rule holds, or somebody answers for it; a target that never answered cannot be judged. */
export function decideReadiness(view: AuditView, pinned: PinnedReplies = {}): Decision {
  const accepted = view.target.audit?.accept ?? [];
  const asked = Object.keys(pinned).length === 0 ? rules : [...rules, pinnedRule(pinned)];
  const applying = asked.filter(({ appliesTo }) => appliesTo?.(view.target) ?? true);
  const results = applying.map(({ item, condition: conditionOf, isAbsolute, judge }): RuleResult => {
    const condition = conditionOf(view.target);
    const ruled = judge(view);
    const risk = accepted.find((it) => it.item === item);
    if (ruled.state === "met" || risk === undefined) return { item, condition, ...ruled };
    if (isAbsolute === true && ruled.state === "broken") {
      return { item, condition, state: "broken", evidence: `${ruled.evidence}; this risk cannot be accepted` };
    }
    const isOver = Date.parse(`${risk.until}T23:59:59.999Z`) < view.nowMs;
    if (isOver)
      return { item, condition, ...ruled, evidence: `${ruled.evidence}; accepted until ${risk.until}, which is over` };
    return { item, condition, ...ruled, accepted: risk };
  });
  return { ...summed(view, results), results };
}

function summed(view: AuditView, results: readonly RuleResult[]): Omit<Decision, "results"> {
  if (isOutOfOrder(view) && !results.some(isForbidden)) {
    const because = `the target gave no answer to a valid request: ${view.outcome("valid-request")}`;
    return { readiness: "COULD NOT BE JUDGED", because };
  }
  const items = (wanted: (result: RuleResult) => boolean): string =>
    results
      .filter(wanted)
      .map(({ item }) => item)
      .join(", ");
  const failing = items(({ state, accepted }) => state === "broken" && accepted === undefined);
  const unanswered = items(({ state, accepted }) => state === "open" && accepted === undefined);
  if (failing !== "" || unanswered !== "") {
    const parts = [failing && `not met: ${failing}`, unanswered && `nobody can say: ${unanswered}`];
    return { readiness: "NOT READY", because: parts.filter((part) => part !== "").join("; ") };
  }
  const risks = items(({ accepted }) => accepted !== undefined);
  if (risks === "") return { readiness: "READY", because: `all ${results.length} rules are met` };
  return { readiness: "READY WITH ACCEPTED RISKS", because: `accepted: ${risks}; everything else is met` };
}

/** Broken, and nobody's to accept. */
function isForbidden({ item, state }: RuleResult): boolean {
  return state === "broken" && rules.some((rule) => rule.item === item && rule.isAbsolute === true);
}

/** In trouble at the moment: to be audited again. What a target says it will never answer is a result. */
function isOutOfOrder(view: AuditView): boolean {
  return ["valid-request", "streamed-request"].every((scenario) => {
    const reply = view.reply(scenario);
    if (reply === undefined) return true;
    if (isAnswered(reply) || reply.error?.code === "invalid_request") return false;
    return reply.status >= 500 || reply.status === 429 || reply.status === 408;
  });
}

export const readinessExitCodes: Readonly<Record<Readiness, 0 | 3 | 4>> = {
  READY: 0,
  "READY WITH ACCEPTED RISKS": 0,
  "NOT READY": 3,
  "COULD NOT BE JUDGED": 4,
};
