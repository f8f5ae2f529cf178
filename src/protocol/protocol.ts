import type { HttpRequest, ReplyReader } from "../exchange/exchange.ts";
import type { Ask } from "../probe/probe.ts";
import type { Target } from "../probe/target.ts";
import type { Tokenizer } from "../probe/tokenizer.ts";
import type { Usage } from "../probe/usage.ts";
import type { Json } from "../std/json.ts";

/** One family of endpoints as it is on the wire. Another family is a folder beside `chat/` that implements this. Pure. */
export interface Protocol extends ReplyReader {
  /** For people: `chat completions`. */
  readonly endpoint: string;
  /** Below the base URL: `/chat/completions`. */
  readonly path: string;
  /** An HTTP request for the target, malformed on purpose where the scenario wants that. */
  request(target: Target, ask: Ask, key: string | undefined, malformations?: Malformations): HttpRequest;
  /** Mistakes in a request body that every server should refuse, or handle in a way of its own. */
  readonly mistakes: Readonly<Record<Mistake, BodyEdit>>;
  /** The facts in a plain reply (one document) or a stream (its chunks), as the provider wrote them. */
  read(documents: readonly Json[]): ReplyContent;
  /** `at`: where the target puts errors, if nowhere usual. undefined: the document reports no error. */
  readError(document: Json, at?: string): ErrorEnvelope | undefined;
  flawsOf(documents: readonly Json[], form: ReplyForm, ask: Pick<Ask, "stream" | "extra">): readonly Flaw[];
  lastWordsOf(chunks: readonly Json[]): LastWords | undefined;
  /** The chunks of a stream in the shape of a plain reply. Texts are not kept whole. */
  assemble(chunks: readonly Json[]): Json;
  /** Of the first token of a plain reply, the likeliest first; empty: none are reported. */
  topLogprobs(document: Json | undefined): readonly (readonly [token: string, logprob: number])[];
  chunkPosition(chunk: Json, index: number): ChunkPosition;
  streamUsage(chunks: readonly Json[]): StreamUsage;
  /** Whether a list of models has this one; undefined: the document is no such list. */
  isListed(document: Json | undefined, model: string): boolean | undefined;
  /** About how many tokens the prompt has; undefined: unknown. */
  estimatePromptTokens(
    ask: Pick<Ask, "messages" | "extra">,
    tokenizer: Tokenizer,
    count: CountTokens,
  ): number | undefined;
  /** Events of a stream, byte for byte: what a fault played to the client consists of. */
  readonly sampleEvents: SampleEvents;
}

export interface SampleEvents {
  /** One event with a piece of content. */
  readonly content: string;
  /** An error after status 200. */
  readonly error: string;
}

export type BodyEdit = (body: { [field: string]: Json }) => { [field: string]: Json };

/** How a request is made wrong on purpose. */
export interface Malformations {
  readonly mutate?: BodyEdit | undefined;
  /** Edits the text of the body, for example so that it is no longer JSON. Applied after `mutate`. */
  readonly corrupt?: ((text: string) => string) | undefined;
  /** Instead of the path of the endpoint. */
  readonly path?: string | undefined;
  /** Asks for a document instead of a completion. */
  readonly method?: "GET" | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The key goes into the query by this name instead of a header. */
  readonly keyQuery?: string | undefined;
}

export type Mistake =
  | "missing-model"
  | "unavailable-model"
  | "malformed-messages"
  | "unsupported-role"
  | "impossible-token-limit"
  | "unknown-parameter";

/** Not yet safe to store: texts are what the provider sent. */
export interface ReplyContent {
  /** The text of the first choice. */
  readonly text: string;
  /** It says itself that it refuses to answer. */
  readonly isRefusal: boolean;
  /** One per choice; null when none was given. */
  readonly finishReasons: readonly (string | null)[];
  readonly ids: readonly string[];
  readonly models: readonly string[];
  readonly serviceTiers: readonly string[];
  readonly usage: Usage | undefined;
  /** Of the first choice. */
  readonly toolCalls: readonly ToolCall[];
}

/** `arguments` is a text of JSON by the protocol; undefined: there are none. */
export interface ToolCall {
  readonly id: string | undefined;
  /** It has an id, and that is a number. */
  readonly isNumbered: boolean;
  /** Pieces of another call have come under its index. */
  readonly isMixed: boolean;
  readonly type: string | undefined;
  readonly name: string | undefined;
  readonly arguments: Json | undefined;
}

/** How documents came. `contentType`: without parameters; empty: none. */
export interface ReplyForm {
  readonly isStream: boolean;
  readonly contentType: string;
}

/** A reply in which a client does not find the answer where it has to be. */
export type StructureFlaw =
  | "no-object"
  | "choices-absent"
  | "choices-null"
  | "choices-other"
  | "choices-empty"
  | "wrapped"
  | "no-message"
  | "content-list"
  | "content-other"
  | "no-delta";

/** Laws of a reply that need no baseline: of its structure, of how the chunks of a stream belong together, of its values. */
export type Flaw =
  | StructureFlaw
  | "many-ids"
  | "many-models"
  | "tool-index"
  | "after-finish"
  | "said-twice"
  | "cumulative"
  | "no-tool-index"
  | "tool-id"
  | "fraction"
  | "created-unit"
  | "created-zero"
  | "many-choices"
  | "choice-index"
  | "role"
  | "unasked-stream"
  | "content-type";

/** Where the last content of a stream is. */
export type LastWords = "before the finish reason" | "with the finish reason";

export type ErrorFamily =
  | "nested-object"
  | "string"
  | "base_resp"
  | "error_code"
  | "response_error"
  | "choice"
  | "errors"
  | "fault"
  | "problem"
  | "detail"
  | "flat"
  | "unlisted"
  | "array-wrapped"
  | "declared";

/** An error as the provider wrote it: not yet safe to store. */
export interface ErrorEnvelope {
  readonly family: ErrorFamily;
  readonly type?: Json | undefined;
  readonly code?: Json | undefined;
  /** What it is about: the name of a request field. */
  readonly param?: Json | undefined;
  readonly message?: string | undefined;
}

/** `first`: before any content · `finish`: has the finish reason · `usage`: comes after it. */
export type ChunkPosition = "first" | "content" | "finish" | "usage" | "error" | "other";

/**
 * How a stream reports usage. `absent`: no chunk has the field · `null`: it is never filled · `once`: one chunk has it, as
 * documented · `every-chunk`: several have the same · `cumulative`: several have growing figures, not to be added up.
 */
export type StreamUsage = "absent" | "null" | "once" | "every-chunk" | "cumulative";

/** Tokens of a text; undefined: this vocabulary has not been loaded. */
export type CountTokens = (tokenizer: Tokenizer, text: string) => number | undefined;
