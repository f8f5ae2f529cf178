import type { Observation, ReplyFacts, SeenKind } from "../../observation/observation.ts";
import { saidOfEnd, streamEndText } from "../../observation/stream-end.ts";
import type { JsonKind } from "../../std/json.ts";
import type { Expectation } from "../../probe/probe.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { Finding, FindingKind, Ruling } from "../judgement.ts";
import { isStructural, laws } from "../contract/laws.ts";
import { reasonOf } from "./reason.ts";

/** On the last reply, or on the last to each call where the scenario says so. */
export function judgeScenario(
  { expectations, isEachJudged }: Pick<Scenario, "expectations" | "isEachJudged">,
  observations: readonly Observation[],
): Ruling[] {
  const last = observations.at(-1);
  if (last === undefined) return [];
  const { call: lastCall } = last;
  if (isEachJudged !== true) {
    const earlier = observations.filter((it) => it.call === lastCall && it !== last);
    return judgeExpectations(expectations, last, earlier);
  }
  return observations.flatMap((observation) => {
    const own = expectations.filter(({ kind }) => kind !== "stream-complete" || observation.mode === "stream");
    return judgeExpectations(own, observation).map((ruling) => ofCall(ruling, observation));
  });
}

function ofCall(ruling: Ruling, { call }: Observation): Ruling {
  const subject = { ...ruling.subject, label: `${ruling.subject.label}, ${call}` };
  if (ruling.outcome !== "bad") return { ...ruling, subject };
  const findings = ruling.findings.map((finding) => ({ ...finding, observed: `${call}: ${finding.observed}` }));
  return { ...ruling, subject, findings };
}

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
    const own = rules.filter((rule) => kindOf(rule) === kind);
    const findingsOf = (facts: ReplyFacts): Finding[] => {
      const found = own.flatMap((rule) => broken(rule, facts));
      return folded(found.length > 0 ? found : besideError(own, facts), own, facts);
    };
    const findings = findingsOf(outcome);
    if (findings.length === 0) return { subject, outcome: "good" };
    const isConfirmed = earlier.some((it) => it.outcome.kind === "reply" && findingsOf(it.outcome).length > 0);
    return { subject, outcome: "bad", findings, isConfirmed };
  });
}

function kindOf(rule: Expectation): Extract<FindingKind, "policy" | "expectation"> {
  return rule.kind === "no-completion" ? "policy" : "expectation";
}

/** A client of a completion never looks for an error in it, and takes what came for all there is. */
function besideError(rules: readonly Expectation[], { error }: ReplyFacts): Finding[] {
  if (error === undefined || !rules.some(({ kind }) => kind === "answer")) return [];
  return [
    { kind: "expectation", severity: "breaking", subject: "reply", expected: "a completion", observed: "an error" },
  ];
}

/** A refused request has neither an answer nor usage: the provider's reason is the finding, the rest follows from it. */
function folded(findings: Finding[], rules: readonly Expectation[], facts: ReplyFacts): Finding[] {
  const [first] = findings;
  const cap = rules.find((rule) => rule.kind === "within-cap");
  const reason = first?.kind === "expectation" ? reasonOf(facts, cap?.maxTokens) : undefined;
  if (first === undefined) return findings;
  if (reason === undefined) return foldedInStructure(saidOnce(findings, facts), facts);
  const rest = findings.filter(({ subject }) => subject !== "status" && subject !== "reply");
  const isOfStatus = findings.some(({ subject }) => subject === "status");
  return [
    {
      ...first,
      subject: isOfStatus ? "status" : "reply",
      expected: isOfStatus ? first.expected : "a completion",
      observed: reason,
      ...(rest.length > 0 && {
        why: `hence: ${rest.map(({ subject, observed }) => `${subject} ${observed}`).join(", ")}`,
      }),
    },
  ];
}

/** A stream without a finish reason says so by how it ended. */
function saidOnce(findings: Finding[], { streamEnd }: ReplyFacts): Finding[] {
  if (streamEnd === "malformed" && findings.some(({ observed }) => observed === "unknown")) return malformed(findings);
  const isOfEnd = streamEnd === "no-finish-reason" && findings.some(({ subject }) => subject === "end of stream");
  return isOfEnd ? findings.filter(({ subject }) => subject !== "finish reason") : findings;
}

/** Of events that are no JSON nothing else can be read. */
function malformed(findings: Finding[]): Finding[] {
  const hence = findings.filter(({ subject }) => subject !== "end of stream");
  const why = `hence: ${hence.map(({ subject, observed }) => `${subject} ${observed}`).join(", ")}`;
  return findings.flatMap((finding) => (finding.subject === "end of stream" ? [{ ...finding, why }] : []));
}

/** What a reply lacks whose answer is not where clients look for it. */
const needChoices: ReadonlySet<string> = new Set(["text", "finish reason", "end of stream", "tool call"]);

/** These lack the usage for the same reason. */
const lacksAll: ReadonlySet<string> = new Set(["no-object", "choices-absent", "wrapped"]);

function foldedInStructure(findings: Finding[], { flaws = [] }: ReplyFacts): Finding[] {
  const flaw = flaws.find(isStructural);
  const hence = findings.filter(
    ({ kind, subject }) =>
      kind === "expectation" &&
      (needChoices.has(subject) || (subject === "usage" && flaw !== undefined && lacksAll.has(flaw))),
  );
  if (flaw === undefined || !hence.some(({ subject }) => subject === "text" || subject === "finish reason"))
    return findings;
  const { subject, expected, observed } = laws[flaw];
  const why = `hence: ${hence.map((it) => `${it.subject} ${it.observed}`).join(", ")}`;
  const cause: Finding = { kind: "expectation", severity: "breaking", subject, expected, observed, why };
  return [cause, ...findings.filter((it) => !hence.includes(it))];
}

type Report = (subject: string, expected: string, observed: string) => Finding[];

function broken(rule: Expectation, facts: ReplyFacts): Finding[] {
  const finding: Report = (subject, expected, observed) => [
    { kind: kindOf(rule), severity: "breaking", subject, expected, observed },
  ];
  const contentFinding = (subject: string, expected: string): Finding[] => {
    const fault = facts.contentFaults?.[rule.kind];
    return fault === undefined ? [] : finding(subject, expected, fault);
  };
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
    case "usage-present": {
      const { usage, implausibleUsage } = facts;
      if (implausibleUsage !== undefined) return [];
      const isWhole = usage?.promptTokens !== undefined || usage?.completionTokens !== undefined;
      return isWhole ? [] : finding("usage", "reported", usage === undefined ? "unknown" : "a total alone");
    }
    case "stream-complete": {
      const { streamEnd: end } = facts;
      const isFinished = rule.endsAt === "finish" && end === "no-done" && facts.finishReasons.some((it) => it !== null);
      const isMet = end === "complete" || end === "no-blank-line" || isFinished;
      return isMet
        ? []
        : finding("end of stream", "complete", end === undefined ? "no stream" : saidOfEnd(streamEndText(end)));
    }
    case "within-cap":
      return overCap(rule.maxTokens, facts, finding);
    case "answer":
      return notAnAnswer(facts, finding);
    case "tool-calls": {
      const expected = rule.calls.map(({ name }) => name).join(", ");
      return contentFinding("tool call", `${expected}, with an id and arguments by the schema`);
    }
    case "json-schema":
      return contentFinding("structured output", "JSON by the schema");
    case "equals":
      return contentFinding("text", "the given answer");
    case "no-completion":
      return facts.text.class === "empty" && facts.finishReasons.length === 0
        ? []
        : finding("completion", "refused", `a completion of ${facts.text.length} characters, status ${facts.status}`);
    default:
      return rule satisfies never;
  }
}

/** Even long words are few tokens: a text of so many characters for each of its tokens is not what was counted. */
const mostCharactersPerToken = 16;

/** A short question in English has a short answer in Latin letters. */
function notAnAnswer({ text, usage, finishReasons, flaws = [] }: ReplyFacts, finding: Report): Finding[] {
  const { completionTokens: tokens, reasoningTokens = 0 } = usage ?? {};
  if (text.isRefusal === true) return finding("text", "an answer", "a refusal");
  if (text.class === "empty") {
    const spent = reasoningTokens > 0 ? `, after ${reasoningTokens} tokens of reasoning` : "";
    const isCut = finishReasons.includes("length");
    return finding(
      "text",
      "an answer",
      isCut ? "empty, the token limit went to reasoning: set answerTokens of the target" : `empty${spent}`,
    );
  }
  if (text.class === "json" || text.class === "number") return finding("text", "a word", `a ${text.class}`);
  if (text.script !== undefined && text.script !== "Latin") {
    return finding("text", "in the language of the question", `${text.script} letters`);
  }
  // A law of streams names that: the answer came more than once.
  const isRepeated = flaws.includes("said-twice") || flaws.includes("cumulative");
  const mostCharacters = tokens === undefined || isRepeated ? Infinity : mostCharactersPerToken * (tokens + 1);
  return text.length > mostCharacters
    ? finding("text", `at most ${mostCharacters} characters for ${tokens} tokens`, `${text.length} characters`)
    : [];
}

function overCap(maxTokens: number, { usage, finishReasons }: ReplyFacts, finding: Report): Finding[] {
  const used = usage?.completionTokens;
  if (used === undefined) return [];
  if (used > maxTokens) return finding("completion tokens", `at most ${maxTokens}`, String(used));
  const isCut = finishReasons.includes("length");
  return used === maxTokens && !isCut && finishReasons.some((reason) => reason !== "stop")
    ? finding("finish reason", "length, at the cap", finishReasons.map((reason) => reason ?? "none").join(", "))
    : [];
}

function fits(kind: SeenKind, wanted: JsonKind): boolean {
  return kind === wanted || (wanted === "number" && kind === "integer");
}
