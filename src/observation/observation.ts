import type { JsonKind } from "../std/json.ts";
import type { TextClass } from "../probe/probe.ts";
import type { InjectedFacts, StreamEnd, Timings, TransportFault } from "../exchange/exchange.ts";
import type { Usage } from "../probe/usage.ts";
import type { Question } from "./question.ts";
import type { ChunkPosition, ErrorFamily, Flaw, LastWords, StreamUsage } from "../protocol/protocol.ts";

/** Facts of one exchange, safe to store and show: no prompt, completion, key or raw header. */
export interface Observation {
  /** Name of the call within its scenario. */
  readonly call: string;
  readonly mode: "plain" | "stream";
  readonly outcome: ReplyFacts | FaultFacts;
  readonly timings: Timings;
  readonly attempts: number;
  readonly connection: "fresh" | "reused";
  readonly maxLoopDelayMs: number;
  readonly startedAtMs?: number | undefined;
  /** By how much the wall clock was set while this went on, or the machine slept: it says nothing of the target. */
  readonly clockStepMs?: number | undefined;
  /** What the attempts before the last ended with: a status, or a class of fault. */
  readonly earlier?: readonly string[] | undefined;
  /** Between the end of the first attempt and the beginning of the second. */
  readonly retryWaitMs?: number | undefined;
  /** A fault was played in the target's place: it says nothing of the target, and nothing was sent. */
  readonly injected?: InjectedFacts | undefined;
  /** No completion was asked for: nothing to be billed. */
  readonly isFree?: boolean | undefined;
  /** About how many tokens its prompt has, by a count of our own. */
  readonly estimatedPromptTokens?: number | undefined;
  /** Asked to find out: not compared with a baseline. */
  readonly isAuxiliary?: boolean | undefined;
  /** The question, where its answer is compared with earlier ones. */
  readonly question?: Question | undefined;
  /** Name of the target that was asked, where it is not the probe's. */
  readonly via?: string | undefined;
}

/** Why there is no whole reply, with the facts of what came of it. */
export type FaultFacts = TransportFault<ReplyFacts>;

export interface ReplyFacts {
  readonly kind: "reply";
  readonly status: number;
  readonly contentType: string;
  readonly bodyForm: "json" | "stream" | "text";
  readonly bytes: number;
  /** The provider's own id of this request, for a support ticket. */
  readonly requestId?: string | undefined;
  /** The id of the completion. */
  readonly replyId?: string | undefined;
  /** The model the provider says has answered. */
  readonly model?: string | undefined;
  /** Which of the provider's known service tiers has answered. */
  readonly serviceTier?: string | undefined;
  readonly finishReasons: readonly (string | null)[];
  readonly text: TextFacts;
  /** undefined = unknown. Never taken for 0. */
  readonly usage?: Usage | undefined;
  /** Usage was reported that cannot be true; then `usage` is unknown. */
  readonly implausibleUsage?: ImplausibleCount | undefined;
  readonly shape: Shape;
  /** Streams only: the shape of the reply that a client puts together from the chunks. */
  readonly assembled?: Shape | undefined;
  /** What the values are like, where there is more to say than their kind. */
  readonly classes?: Classes | undefined;
  /** Streams only: the shapes of chunks by what they are there for. */
  readonly chunks?: Partial<Readonly<Record<ChunkPosition, ChunkShape>>> | undefined;
  /** Headers that clients rely on, by what their values are like. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Where the request id was found: the name of a header, or `error message`. */
  readonly requestIdIn?: string | undefined;
  /** Set when the body reports an error, whatever the status code. */
  readonly error?: ErrorFacts | undefined;
  /** Streams only. */
  readonly streamEnd?: StreamEnd | undefined;
  /** Expectations on the text need the text; it is not kept, so their answers are facts: pattern → matched. */
  readonly textMatches: Readonly<Record<string, boolean>>;
  /** What is wrong with content by the expectations that read it, by their kinds; of names only those of a configuration. */
  readonly contentFaults?: Readonly<Record<string, string>> | undefined;
  /** Headers by lower-case name about limits, costs, retries and gateways. */
  readonly diagnosticHeaders?: Readonly<Record<string, string>> | undefined;
  /** Streams only. */
  readonly lastWords?: LastWords | undefined;
  /** Laws that it breaks. */
  readonly flaws?: readonly Flaw[] | undefined;
  /** Its content type promises JSON: why it is none, `NaN`. */
  readonly notJson?: string | undefined;
  /** Which of the provider's upstreams has answered, as far as the reply says. */
  readonly upstream?: string | undefined;
  /** Streams only. */
  readonly streamUsage?: StreamUsage | undefined;
  /** Whether the model that was looked for is in the list that came. */
  readonly isListed?: boolean | undefined;
  /** A word of a closed set, or a hash. */
  readonly answer?: string | undefined;
  /** Of the first token: hash of a token → log-probability. */
  readonly tops?: Readonly<Record<string, number>> | undefined;
  /** Numbers that the call wanted read. */
  readonly numbers?: Readonly<Record<string, number>> | undefined;
}

/** A count that cannot be true of the request that was sent. */
export interface ImplausibleCount {
  /** `prompt tokens` */
  readonly count: string;
  readonly reported: number;
  /** The most that the request allows. */
  readonly possible: number;
}

/** What may be known of a completion without keeping it. */
export interface TextFacts {
  readonly class: TextClass;
  readonly length: number;
  /** Of the text without case, space and punctuation. */
  readonly hash: string;
  readonly isRefusal?: true | undefined;
  /** The alphabet of most of its letters. */
  readonly script?: Script | undefined;
  /** Letters that were lost on the way, and became U+FFFD. */
  readonly lost?: number | undefined;
  /** What the server should have taken out of the answer. */
  readonly leaked?: "reasoning in tags" | "special tokens" | "a tool call in tags" | undefined;
}

export type Script =
  | "Latin"
  | "Cyrillic"
  | "Greek"
  | "Arabic"
  | "Hebrew"
  | "Devanagari"
  | "Thai"
  | "Han"
  | "Kana"
  | "Hangul"
  | "other";

/**
 * JSON path (array elements united: `$.choices[].message.content`) → the kinds seen there; `absent` where some elements
 * have the member and others do not.
 */
export type Shape = Readonly<Record<string, readonly SeenKind[]>>;
export type SeenKind = JsonKind | "absent";

/** JSON path → classes: `"stop"` (a word of the protocol), `chatcmpl-…`, `date`, `text`, `empty`, `zero`, `positive` … */
export type Classes = Readonly<Record<string, readonly string[]>>;

export interface ChunkShape {
  readonly shape: Shape;
  /** Lists that had no items in one of them. */
  readonly empty?: readonly string[] | undefined;
}

export interface ErrorFacts {
  readonly family: ErrorFamily | "html" | "empty" | "unknown";
  /** Vocabulary, not prose: short identifier-like values only. */
  readonly type?: string | undefined;
  readonly code?: string | number | undefined;
  /** The request field that it is about. */
  readonly param?: string | undefined;
  /** Its message, of words that can be nobody's: see `safeMessage`. */
  readonly message?: string | undefined;
}
