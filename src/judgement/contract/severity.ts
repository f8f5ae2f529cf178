import type { Severity } from "../judgement.ts";

/** What may be different about a reply. */
export type DifferenceKind =
  | "status"
  | "content-type"
  | "end-of-stream"
  | "envelope"
  | "vocabulary"
  | "request-id-moved"
  | "header-gone"
  | "header-class"
  | "gone"
  | "deprecated-gone"
  | "sometimes-gone"
  | "null"
  | "kind"
  | "empty"
  | "new-value"
  | "class"
  | "sign"
  | "new-field"
  | "new-variant"
  | "share"
  | "breach"
  | "undeclared-value"
  | "never-returned"
  | "undocumented";

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
}

interface Judged {
  readonly severity: Severity;
  /**
   * `structure` changes by somebody's hand; `presence`: a member may be optional; `value`: what a value happens to be.
   * The less a hand is needed, the more often it must be seen.
   */
  readonly nature: "structure" | "presence" | "value";
  readonly why: string;
}

/** How bad each difference is for those who parse the replies, and why. */
export const severities: Readonly<Record<DifferenceKind, Judged>> = {
  status: { severity: "breaking", nature: "structure", why: "clients branch on the status" },
  "content-type": { severity: "breaking", nature: "structure", why: "clients choose their parser by it" },
  "end-of-stream": {
    severity: "breaking",
    nature: "structure",
    why: "clients cannot distinguish a complete stream from a truncated one",
  },
  envelope: { severity: "breaking", nature: "structure", why: "clients read errors where they used to be" },
  vocabulary: { severity: "risky", nature: "structure", why: "clients decide by it whether to try again" },
  "request-id-moved": {
    severity: "risky",
    nature: "structure",
    why: "support asks for it, and logs look for it there",
  },
  "header-gone": { severity: "risky", nature: "presence", why: "clients pace themselves by it" },
  "header-class": { severity: "risky", nature: "structure", why: "clients parse it" },
  gone: { severity: "breaking", nature: "presence", why: "it was in every reply: clients read it unasked" },
  "deprecated-gone": { severity: "informative", nature: "presence", why: "the official API declares it deprecated" },
  "sometimes-gone": { severity: "risky", nature: "presence", why: "it was optional, and is never there now" },
  null: { severity: "breaking", nature: "presence", why: "it was never null: clients read on below it" },
  kind: { severity: "breaking", nature: "structure", why: "typed clients fail to parse it" },
  empty: { severity: "risky", nature: "value", why: "it was never empty: clients take its first item" },
  "new-value": { severity: "risky", nature: "value", why: "clients switch on the values they know" },
  class: { severity: "risky", nature: "value", why: "clients may parse or compare it" },
  sign: { severity: "informative", nature: "value", why: "counters begin or cease to count" },
  "new-field": { severity: "informative", nature: "presence", why: "clients ignore what they do not know" },
  "new-variant": { severity: "risky", nature: "presence", why: "it is like none of the upstreams known so far" },
  share: { severity: "informative", nature: "presence", why: "an upstream answers more often or less often" },
  breach: { severity: "breaking", nature: "structure", why: "it breaks the contract that was declared" },
  "undeclared-value": { severity: "risky", nature: "value", why: "clients switch on the values that are declared" },
  "never-returned": { severity: "informative", nature: "presence", why: "it is documented and was never returned" },
  undocumented: { severity: "informative", nature: "presence", why: "it is returned and documented nowhere" },
};

const order: readonly Severity[] = ["breaking", "risky", "informative"];

export function worstFirst(a: { readonly severity: Severity }, b: { readonly severity: Severity }): number {
  return order.indexOf(a.severity) - order.indexOf(b.severity);
}
