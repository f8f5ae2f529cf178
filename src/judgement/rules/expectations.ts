import type { Observation, ReplyFacts, SeenKind } from "../../observation/observation.ts";
import type { JsonKind } from "../../std/json.ts";
import type { Expectation } from "../../probe/probe.ts";
import type { Finding, FindingKind, Ruling } from "../judgement.ts";

/**
 * The fixed rules of a scenario, judged on its last reply: one ruling for expectations, one for policy. What the
 * `earlier` replies to the very same call have broken too is confirmed.
 */
export function judgeExpectations(
  rules: readonly Expectation[],
  observation: Observation,
  earlier: readonly Observation[] = [],
): Ruling[] {
  const { outcome } = observation;
  const kinds = [...new Set(rules.map(kindOf))];
  return kinds.map((kind): Ruling => {
    const subject = {
      kind,
      series: `${observation.call}/${kind}`,
      label: kind === "policy" ? "policy" : "expectations",
    };
    if (outcome.kind === "fault") return { subject, outcome: "unjudged", reason: "no reply" };
    const findingsOf = (facts: ReplyFacts): Finding[] =>
      rules.filter((rule) => kindOf(rule) === kind).flatMap((rule) => broken(rule, facts));
    const findings = findingsOf(outcome);
    if (findings.length === 0) return { subject, outcome: "good" };
    const isConfirmed = earlier.some((it) => it.outcome.kind === "reply" && findingsOf(it.outcome).length > 0);
    return { subject, outcome: "bad", findings, isConfirmed };
  });
}

function kindOf(rule: Expectation): Extract<FindingKind, "policy" | "expectation"> {
  return rule.kind === "no-completion" ? "policy" : "expectation";
}

function broken(rule: Expectation, facts: ReplyFacts): Finding[] {
  const finding = (subject: string, expected: string, observed: string): Finding[] => [
    { kind: kindOf(rule), severity: "breaking", subject, expected, observed },
  ];
  switch (rule.kind) {
    case "status":
      return rule.oneOf.includes(facts.status) ? [] : finding("status", rule.oneOf.join(" or "), String(facts.status));
    case "json": {
      const kinds = facts.shape[rule.path.replaceAll(/\[\d*\]/g, "[]")] ?? [];
      const isMet = kinds.length > 0 && kinds.every((kind) => fits(kind, rule.is));
      return isMet ? [] : finding(rule.path, rule.is, kinds.join(" or ") || "absent");
    }
    case "text-class":
      return facts.text.class === rule.is ? [] : finding("text", rule.is, facts.text.class);
    case "text-matches":
      return facts.textMatches[rule.pattern] === true ? [] : finding("text", `matches /${rule.pattern}/`, "no match");
    case "finish-reason": {
      const reasons = facts.finishReasons.map((reason) => reason ?? "none");
      const isMet = reasons.length > 0 && reasons.every((reason) => rule.oneOf.includes(reason));
      return isMet ? [] : finding("finish reason", rule.oneOf.join(" or "), reasons.join(", ") || "none");
    }
    case "usage-present":
      return facts.usage !== undefined || facts.implausibleUsage !== undefined
        ? []
        : finding("usage", "reported", "unknown");
    case "stream-complete":
      return facts.streamEnd === "complete" ? [] : finding("end of stream", "complete", facts.streamEnd ?? "no stream");
    case "within-cap":
      return overCap(rule.maxTokens, facts, finding);
    case "no-completion":
      return facts.text.class === "empty" && facts.finishReasons.length === 0
        ? []
        : finding("completion", "refused", `a completion of ${facts.text.length} characters, status ${facts.status}`);
    default:
      return rule satisfies never;
  }
}

/** A reply that spent all it was allowed on thinking says nothing: that is distinguished from one that was cut. */
function overCap(
  maxTokens: number,
  { usage, finishReasons, text }: ReplyFacts,
  finding: (subject: string, expected: string, observed: string) => Finding[],
): Finding[] {
  const used = usage?.completionTokens;
  if (used === undefined) return [];
  if (used > maxTokens) return finding("completion tokens", `at most ${maxTokens}`, String(used));
  const isCut = finishReasons.includes("length");
  if (used === maxTokens && !isCut && finishReasons.some((reason) => reason !== "stop")) {
    return finding("finish reason", "length, at the cap", finishReasons.map((reason) => reason ?? "none").join(", "));
  }
  return isCut && text.class === "empty"
    ? finding("text", "some of an answer", "nothing, the cap went to reasoning")
    : [];
}

function fits(kind: SeenKind, wanted: JsonKind): boolean {
  return kind === wanted || (wanted === "number" && kind === "integer");
}
