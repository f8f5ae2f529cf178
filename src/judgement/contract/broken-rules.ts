import { severities as worst } from "../../probe/finding-kinds.ts";
import type { Finding } from "../judgement.ts";
import type { Graded } from "./overrides.ts";

/** Where a reply shows what a fixed rule or a law is about; of the others nothing else shows it. */
const shownAt: Readonly<Record<string, readonly string[]>> = {
  text: ["$.choices[].message.content", "$.choices[].message.refusal"],
  "tool call": ["$.choices[].message.tool_calls", "$.choices[].message.tool_calls[]"],
  "structured output": ["$.choices[].message.content"],
  "finish reason": ["$.choices[].finish_reason"],
  usage: ["$.usage"],
  "end of stream": ["end of stream", "$.choices[].finish_reason"],
  created: ["$.created"],
  choices: ["$.choices"],
  role: ["$.choices[].message.role"],
  "form of the reply": ["content type"],
  "choices[].index": ["$.choices[].index"],
  "implausible usage": ["$.usage"],
  "tool_calls[].index": ["$.choices[].message.tool_calls[].index"],
  "tool_calls[].id": ["$.choices[].message.tool_calls[].id"],
};

/** Of these another answer is only the consequence. */
const changeAnswer: ReadonlySet<string> = new Set([
  "text",
  "structured output",
  "letters",
  "answer",
  "content",
  "chunks after the finish reason",
]);

/** Differences that fixed rules are about, and rules that no difference shows: both are counted over many runs. */
export interface Counted {
  readonly found: readonly Graded[];
  /** A rule says that it is wrong: it is reported at once. */
  readonly isRule: (difference: Graded) => boolean;
}

/**
 * What is broken in this reply beside what differs. A difference that shows a broken rule says more than the rule does,
 * and is as certain.
 */
export function withBroken(differences: readonly Graded[], broken: readonly Finding[], n: number): Counted {
  const isAnswerSaid = broken.some(({ subject }) => changeAnswer.has(subject));
  const own = isAnswerSaid ? differences.filter(({ kind }) => kind !== "answer") : differences;
  const rules = new Set<Graded>();
  const shown = own.map((difference) => {
    const about = broken.filter((rule) => shows(difference, rule));
    if (about.length === 0) return difference;
    const severity = worst.find((it) => it === difference.severity || about.some((rule) => rule.severity === it));
    // A value may vary by chance; what a rule forbids does not.
    const kind = varies.has(difference.kind) ? "rule" : difference.kind;
    const certain = { ...difference, kind, severity: severity ?? difference.severity };
    rules.add(certain);
    return certain;
  });
  const rest = broken.filter((rule) => !own.some((difference) => shows(difference, rule)));
  const added = rest.map(({ subject, expected, observed, severity }): Graded => {
    const rule = { kind: "rule", subject, expected, observed, severity, chances: n, sightings: 0 } as const;
    rules.add(rule);
    return rule;
  });
  return { found: [...shown, ...added], isRule: (difference) => rules.has(difference) };
}

const varies: ReadonlySet<Graded["kind"]> = new Set(["new-value", "class", "empty", "sign", "negative"]);

function shows({ subject, observed, severity }: Graded, rule: Finding): boolean {
  if (rule.subject === "integers") return observed.includes("fraction");
  if (severity === "informative") return false;
  const path = subject.slice(Math.max(0, subject.indexOf("$"))).replace("[].delta", "[].message");
  return (shownAt[rule.subject] ?? [rule.subject.replace("[].delta", "[].message")]).some(
    (at) => at === path || isBelow(at, path) || (at === "$.usage" && isBelow(path, at)),
  );
}

function isBelow(path: string, above: string): boolean {
  return path.startsWith(`${above}.`) || path.startsWith(`${above}[]`);
}
