import type { Severity } from "../judgement.ts";
import { declaredPaths, deprecatedPaths, nullablePaths } from "./openai-contract.ts";

/** What may be different about a reply. */
export const differenceKinds = [
  "status",
  "content-type",
  "end-of-stream",
  "envelope",
  "vocabulary",
  "request-id-moved",
  "last-words",
  "answer",
  "header-gone",
  "header-class",
  "gone",
  "deprecated-gone",
  "sometimes-gone",
  "null",
  "kind",
  "empty",
  "new-value",
  "class",
  "sign",
  "negative",
  "unit",
  "new-field",
  "new-variant",
  "share",
  "breach",
  "undeclared-value",
  "never-returned",
  "undocumented",
  "rule",
] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

/** One thing that a reply has and the known ones have not, or the reverse. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** A JSON path, `finish:` and the like before it for chunks of a stream; or the name of a word. */
  readonly subject: string;
  readonly expected: string;
  readonly observed: string;
  /** Known replies that could have shown it; and those of them that did. */
  readonly chances: number;
  readonly sightings: number;
  /** Of a path that is not of the first baseline: out of how many replies, and until which judged run they were counted. */
  readonly joined?: { readonly of: number; readonly run: number } | undefined;
}

interface Judged {
  readonly severity: Severity;
  /**
   * `structure` changes by somebody's hand; `presence`: a member may be optional; `answer`: a model may vary it; `value`: what a value happens to be.
   * The less a hand is needed, the more often it must be seen.
   */
  readonly nature: "structure" | "presence" | "answer" | "value";
  readonly why: string;
}

/** How bad each difference is for those who parse the replies, and why. */
export const differenceSeverities: Readonly<Record<DifferenceKind, Judged>> = {
  status: { severity: "breaking", nature: "structure", why: "clients decide by the status code" },
  "content-type": { severity: "breaking", nature: "structure", why: "clients choose a parser by the content type" },
  "end-of-stream": {
    severity: "breaking",
    nature: "structure",
    why: "clients cannot distinguish a complete stream from a truncated one",
  },
  envelope: { severity: "breaking", nature: "structure", why: "clients read errors at the old place" },
  vocabulary: { severity: "risky", nature: "structure", why: "clients use it to decide about retries" },
  "request-id-moved": {
    severity: "risky",
    nature: "structure",
    why: "support teams and logs need it there",
  },
  "last-words": {
    severity: "risky",
    nature: "structure",
    why: "many clients drop content that comes with the finish reason",
  },
  answer: {
    severity: "risky",
    nature: "answer",
    why: "the same question gets another answer: the model, prompt or filter may have changed",
  },
  "header-gone": { severity: "risky", nature: "presence", why: "clients use it to limit their request rate" },
  "header-class": { severity: "risky", nature: "structure", why: "clients parse it" },
  gone: { severity: "breaking", nature: "presence", why: "it was in every reply: clients read it without a check" },
  "deprecated-gone": { severity: "informative", nature: "presence", why: "the official API declares it deprecated" },
  "sometimes-gone": { severity: "risky", nature: "presence", why: "it was optional and is now always missing" },
  null: { severity: "breaking", nature: "presence", why: "it was never null: clients read its fields without a check" },
  kind: { severity: "breaking", nature: "structure", why: "typed clients fail to parse it" },
  empty: { severity: "risky", nature: "value", why: "it was never empty: clients read the first item without a check" },
  "new-value": { severity: "risky", nature: "value", why: "clients branch on known values" },
  class: { severity: "risky", nature: "value", why: "clients may parse or compare it" },
  sign: { severity: "informative", nature: "value", why: "counters start or stop counting" },
  negative: { severity: "risky", nature: "value", why: "sums and bills become too small" },
  unit: {
    severity: "breaking",
    nature: "structure",
    why: "clients use the old unit: times are wrong by a factor of 1,000",
  },
  "new-field": { severity: "informative", nature: "presence", why: "clients ignore unknown fields" },
  "new-variant": { severity: "risky", nature: "presence", why: "it matches no known upstream" },
  share: { severity: "informative", nature: "presence", why: "an upstream answers more often or less often" },
  breach: { severity: "breaking", nature: "structure", why: "it breaks the declared contract" },
  "undeclared-value": { severity: "risky", nature: "value", why: "clients branch on the declared values" },
  "never-returned": { severity: "informative", nature: "presence", why: "it is documented and was never returned" },
  rule: { severity: "breaking", nature: "structure", why: "it breaks a rule that holds of every reply" },
  undocumented: { severity: "informative", nature: "presence", why: "it is returned but not documented" },
};

/** Members of an answer that a client has to send back with its next request. */
const sentBack = /(^|\.)(extra_content|thought_signatures?|reasoning_details|encrypted_content|signature)(\.|\[|$)/;

/** Deltas of one position come and go: what a client puts together of them is judged by itself. */
const isOfDelta = (subject: string): boolean => /:\$\.choices\[\]\.delta\./.test(subject);

/** How bad a difference is for a client that reads the member it is about; the table is right where no row says more. */
export function usualSeverity(difference: Difference): { readonly severity: Severity; readonly why: string } {
  const { kind, subject, expected, observed } = difference;
  const { severity, why } = differenceSeverities[kind];
  const path = subject.slice(Math.max(0, subject.indexOf("$")));
  if ((kind === "null" || kind === "gone") && deprecatedPaths.has(path)) {
    return { severity: "informative", why: differenceSeverities["deprecated-gone"].why };
  }
  if (kind === "kind" && expected === "null" && observed.startsWith("object")) {
    return { severity: "risky", why: "it was always null: clients allow for null, and may not read what comes now" };
  }
  if (kind === "null" && nullablePaths.has(path)) {
    return { severity: "risky", why: "the official API allows null here; clients written for this target may not" };
  }
  if ((kind === "gone" || kind === "null") && isOfDelta(subject)) {
    return {
      severity: "informative",
      why: "one chunk contains only new content; Plumbline judges the assembled reply separately",
    };
  }
  if (kind === "last-words" && observed.startsWith("before")) {
    return { severity: "informative", why: "all clients read content before the finish reason" };
  }
  if (kind === "end-of-stream" && observed.startsWith("[DONE]")) {
    return { severity: "risky", why: "most clients end normally; strict parsers drop an event without its blank line" };
  }
  if (kind === "new-field" && sentBack.test(path)) {
    return {
      severity: "risky",
      why: "clients must send it back with the next request; otherwise the provider refuses the request",
    };
  }
  // An empty list where the official API has items leaves a client without an answer.
  if (kind === "empty" && isDeclared(subject) && !subject.startsWith("$.error")) return { severity: "breaking", why };
  if (kind === "new-value" && path.endsWith(".finish_reason") && observed === '"length"') {
    return {
      severity,
      why: "the answer was cut off at the token limit: set answerTokens of the target if it needs more",
    };
  }
  if (kind === "answer" && (observed === "empty" || observed === "a refusal")) return { severity: "breaking", why };
  return { severity, why };
}

/** Whether the official API declares it, wherever in a stream it stands. */
export function isDeclared(subject: string): boolean {
  return declaredPaths.has(subject.slice(subject.indexOf("$")));
}
