import type { Json } from "../std/json.ts";
import type { ClientPolicy } from "../probe/target.ts";
import type { Injection } from "./injection.ts";

/** One HTTP request, credential resolved. Lives for the length of an exchange and is never stored. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The exact bytes to send, so that malformed ones can be sent on purpose. */
  readonly body?: string | undefined;
  /** Played to us in the target's place: nothing is sent. */
  readonly inject?: Injection | undefined;
  readonly reader: ReplyReader;
}

/** What the client has to understand of a reply while the exchange goes on. The request's protocol knows. */
export interface ReplyReader {
  /** Reads a body of server-sent events. */
  openStream(maxEvents: number): StreamReader;
  /** Whether the same request would meet this error again, whatever its status promises. */
  isPermanentError(document: Json): boolean;
}

/** Reads the body of a streamed reply as it comes in. */
export interface StreamReader {
  /** `atMs` is when these bytes came, on the time line of the attempt. False: there are more events than allowed. */
  feed(bytes: Uint8Array, atMs: number): boolean;
  /** The stream has said that it is over: nothing of interest follows. */
  isDone(): boolean;
  /** A finish reason has come: only usage and `[DONE]` may follow. */
  isFinished(): boolean;
  /** A sign of an answer: text, reasoning, a tool call. */
  hasContent(): boolean;
  end(): { readonly chunks: readonly Json[]; readonly end: StreamEnd; readonly stamps: StreamStamps };
}

export type StreamStamps = Pick<
  Timings,
  "firstChunkMs" | "firstReasoningMs" | "firstContentMs" | "lastContentMs" | "finishReasonMs" | "usageMs" | "doneMs"
>;

export type Phase = "connect" | "first-byte" | "first-content" | "idle" | "total";

/** Errors of the operating system for lack of file descriptors, of local ports, of buffers or of memory. */
export const localLimits = ["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS", "ENOMEM"] as const;
export type LocalLimit = (typeof localLimits)[number];

/** Why there is no whole reply. `truncated`: the connection ended inside the body. `malformed`: it is not HTTP. */
export type TransportFault<Begun = Reply> = FaultClass & {
  readonly kind: "fault";
  /** Our own words for the cause, and the address that was tried: `connection refused (10.0.0.1:443)`. */
  readonly detail?: string | undefined;
  /** What came before the fault. */
  readonly partial?: Begun | undefined;
};

type FaultClass =
  | { readonly class: "dns" | "connect" | "tls" | "reset" | "malformed" | "truncated" | "too-large" }
  | { readonly class: "timeout"; readonly phase: Phase }
  /** This machine or process has reached a limit of its own, such as `EMFILE`: it says nothing about the target. */
  | { readonly class: "local"; readonly limit: LocalLimit }
  /** Nothing was sent: the breaker is open after repeated failures, or the request is larger than allowed. */
  | { readonly class: "circuit-open" | "request-too-large" };

export type StreamEnd =
  /** `[DONE]` came, and a finish reason before it. */
  | "complete"
  | "no-done"
  | "no-finish-reason"
  /** As `complete`, but the blank line that ends the last event is missing. */
  | "no-blank-line"
  /** A finish reason came, and neither `[DONE]` nor the end in the time allowed. */
  | "never-ends"
  /** An `error` event, or a chunk with an `error` member, after status 200. */
  | "error-event"
  /** An event that is no JSON. */
  | "malformed";

export type Body =
  | { readonly form: "json"; readonly value: Json; readonly bytes: number }
  | { readonly form: "stream"; readonly chunks: readonly Json[]; readonly end: StreamEnd; readonly bytes: number }
  /** Anything else: HTML, empty, broken JSON. */
  | { readonly form: "text"; readonly text: string; readonly bytes: number };

export interface Reply {
  readonly kind: "reply";
  readonly status: number;
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

export type Outcome = Reply | TransportFault;

/** Milliseconds since the attempt began, on the monotonic clock; undefined = did not happen. */
export interface Timings {
  readonly connectedMs?: number | undefined;
  readonly sentMs?: number | undefined;
  readonly headersMs?: number | undefined;
  readonly firstByteMs?: number | undefined;
  readonly firstChunkMs?: number | undefined;
  /** First chunk with reasoning or a tool call. */
  readonly firstReasoningMs?: number | undefined;
  /** First chunk with non-empty content: the field's TTFT. */
  readonly firstContentMs?: number | undefined;
  readonly lastContentMs?: number | undefined;
  readonly finishReasonMs?: number | undefined;
  readonly usageMs?: number | undefined;
  readonly doneMs?: number | undefined;
  /** When the body ended after `[DONE]`; undefined: it stayed open. */
  readonly endedMs?: number | undefined;
  /** Largest silence between two pieces of the body. */
  readonly largestGapMs?: number | undefined;
  /** Of a stream, to `[DONE]`. */
  readonly totalMs: number;
}

export interface Attempt {
  /** 1 for the first. */
  readonly ordinal: number;
  readonly startedAtMs: number;
  readonly outcome: Outcome;
  readonly timings: Timings;
  readonly connection: "fresh" | "reused";
  /** Longest time our own event loop was blocked meanwhile: a starved process measures itself. */
  readonly maxLoopDelayMs: number;
  /** Set when a fault was played in the target's place. */
  readonly injected?: InjectedFacts | undefined;
}

export interface InjectedFacts {
  readonly name: string;
  /** Bytes of the request that were caught before they could leave. */
  readonly caughtBytes: number;
  /** The client let go of its end of the connection. */
  readonly isClosed: boolean;
}

/** One logical call: its attempts in order, the last of which counts. Never empty. */
export interface Exchange {
  readonly attempts: readonly [Attempt, ...Attempt[]];
}

/** Wrapped around each attempt, so that a span can be opened and closed around it. */
export type AroundAttempt = (ordinal: number, attempt: () => Promise<Attempt>) => Promise<Attempt>;

/** The port. `circuitKey` names the breaker to share: the target's name. undefined: one that ends with the exchange. */
export interface Exchanger {
  exchange(
    request: HttpRequest,
    policy: ClientPolicy,
    circuitKey: string | undefined,
    around?: AroundAttempt,
  ): Promise<Exchange>;
}
