import type { ReplyFacts } from "../../observation/observation.ts";
import type { Finding, JudgeInput, Severity } from "../judgement.ts";

type Flaw = NonNullable<ReplyFacts["flaws"]>[number];

interface Law {
  readonly subject: string;
  readonly expected: string;
  readonly observed: string;
  readonly severity: Severity;
  readonly why: string;
}

const ofChoices = (observed: string): Law => ({
  subject: "$.choices",
  expected: "a list",
  observed,
  severity: "breaking",
  why: "clients read its first item in every reply and every chunk: openai-node throws, so do callers of openai-python",
});

/** What holds of every reply without a baseline, and what clients suffer where it does not. */
export const laws: Readonly<Record<Flaw, Law>> = {
  "no-object": { ...ofChoices("no object"), subject: "$", expected: "an object" },
  "choices-absent": ofChoices("absent"),
  "choices-null": ofChoices("null"),
  "choices-other": ofChoices("no list"),
  "choices-empty": { ...ofChoices("empty"), expected: "an answer" },
  wrapped: ofChoices("absent: the reply is inside a member, such as data"),
  "no-message": { ...ofChoices("absent or null"), subject: "$.choices[].message", expected: "an object" },
  "no-delta": {
    ...ofChoices("absent or null"),
    subject: "$.choices[].delta",
    expected: "an object",
    why: "callers read choices[0].delta.content of every chunk: a TypeError in JavaScript, an AttributeError in Python",
  },
  "content-list": {
    subject: "$.choices[].message.content",
    expected: "a text",
    observed: "a list of parts",
    severity: "breaking",
    why: "openai-node and LangChain pass on a list where callers expect a text",
  },
  "content-other": {
    subject: "$.choices[].message.content",
    expected: "a text",
    observed: "an object or a number",
    severity: "breaking",
    why: "callers call functions of texts on it",
  },
  role: {
    subject: "role",
    expected: "assistant",
    observed: "another, or an empty one",
    severity: "risky",
    why: "the Vercel AI SDK refuses the reply (opencode#28427), and servers refuse the message when it is sent back",
  },
  "unasked-stream": {
    subject: "form of the reply",
    expected: "one document",
    observed: "a stream",
    severity: "breaking",
    why: "clients that did not ask for a stream parse one document and fail",
  },
  "content-type": {
    subject: "content type",
    expected: "application/json",
    observed: "another",
    severity: "breaking",
    why: "openai-node parses JSON by the content type: its callers get a text, and LangChain throws",
  },
  "many-ids": {
    subject: "id",
    expected: "one in a stream",
    observed: "another in every chunk",
    severity: "risky",
    why: "clients that put streams together by id make several replies of one",
  },
  "many-models": {
    subject: "model",
    expected: "one in a stream",
    observed: "several in one stream",
    severity: "risky",
    why: "clients attribute cost and output to the model of the first or the last chunk",
  },
  "tool-index": {
    subject: "tool_calls[].index",
    expected: "one for each call",
    observed: "the same for several calls",
    severity: "breaking",
    why: "clients join the pieces of a call by its index: arguments of two calls become one text",
  },
  "after-finish": {
    subject: "chunks after the finish reason",
    expected: "usage only",
    observed: "content or tool calls",
    severity: "breaking",
    why: "clients stop reading at the finish reason, and lose what comes later",
  },
  "said-twice": {
    subject: "answer",
    expected: "once in a stream",
    observed: "twice, the second time as a whole",
    severity: "breaking",
    why: "clients add up all content: users see the answer twice",
  },
  cumulative: {
    subject: "content",
    expected: "the next piece in each chunk",
    observed: "the whole answer so far in each chunk",
    severity: "breaking",
    why: "clients add up all content: users see the beginning again and again",
  },
  "no-tool-index": {
    subject: "tool_calls[].index",
    expected: "one for each call",
    observed: "absent",
    severity: "breaking",
    why: "openai-node throws, openai-python and LangChain lose the arguments",
  },
  "tool-id": {
    subject: "tool_calls[].id",
    expected: "a text",
    observed: "a number",
    severity: "breaking",
    why: "the Vercel AI SDK and typed clients refuse the reply",
  },
  fraction: {
    subject: "integers",
    expected: "without a fraction",
    observed: "with one, such as 14.0",
    severity: "risky",
    why: "typed clients such as those in Go refuse to parse the reply; JavaScript and Python read it",
  },
  "created-unit": {
    subject: "created",
    expected: "seconds",
    observed: "milliseconds or smaller",
    severity: "risky",
    why: "clients read a date thousands of years ahead",
  },
  "created-zero": {
    subject: "created",
    expected: "seconds since 1970",
    observed: "0",
    severity: "risky",
    why: "clients show a date in 1970, and caches that sort by age drop the reply",
  },
  "many-choices": {
    subject: "choices",
    expected: "as many as were asked for",
    observed: "more",
    severity: "risky",
    why: "most clients read the first one only; the others are paid for",
  },
  "choice-index": {
    subject: "choices[].index",
    expected: "from 0 on",
    observed: "beyond the choices that were asked for",
    severity: "risky",
    why: "clients that look for choice 0, or put streams together by index, find no answer",
  },
};

/** The answer is not where clients look for it. */
export function isStructural(flaw: Flaw): boolean {
  return laws[flaw].subject.startsWith("$");
}

/** A stream that goes on so long after its finish reason keeps clients waiting that read to the end. */
const longestTailMs = 5_000;

/** The laws that one reply breaks. They say nothing of what is usual for the target. */
export function judgeLaws({ series, client, contract, observation }: JudgeInput, facts: ReplyFacts): Finding[] {
  if (series.aspect !== "contract") return [];
  const { flaws = [], text } = facts;
  const limitMs = client?.firstContentMs ?? Infinity;
  const { firstContentMs, firstReasoningMs, finishReasonMs, doneMs } = observation.timings;
  const tailMs = (doneMs ?? 0) - (finishReasonMs ?? 0);
  const isLate = firstContentMs !== undefined && firstReasoningMs !== undefined && firstContentMs > limitMs;
  const found: Finding[] = [
    ...flaws.map((flaw): Finding => ({ kind: "contract", ...laws[flaw] })),
    ...(text.lost === undefined
      ? []
      : [breach("letters", "whole", `${text.lost} lost (U+FFFD)`, "risky", "users see � in the answer")]),
    ...(text.leaked === undefined
      ? []
      : [
          breach(
            "content",
            "the answer alone",
            text.leaked,
            "risky",
            "users see it, and clients that parse the answer fail",
          ),
        ]),
    ...(finishReasonMs !== undefined && tailMs > longestTailMs
      ? [
          breach(
            "end of stream",
            "soon after the finish reason",
            `${Math.round(tailMs)} ms later`,
            "risky",
            "clients wait for it",
          ),
        ]
      : []),
    ...(isLate
      ? [
          breach(
            "first content",
            `within ${limitMs} ms`,
            `reasoning for ${Math.round(firstContentMs)} ms before the first word`,
            "breaking",
            "a client with this limit gives up; raise client.firstContent if the model may think longer",
          ),
        ]
      : []),
  ];
  const { ignore = [], severity = {} } = contract ?? {};
  return found.flatMap((finding): Finding[] =>
    ignore.includes(finding.subject) ? [] : [{ ...finding, severity: severity[finding.subject] ?? finding.severity }],
  );
}

function breach(subject: string, expected: string, observed: string, severity: Severity, why: string): Finding {
  return { kind: "contract", severity, subject, expected, observed, why };
}
