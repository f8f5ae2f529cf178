import { holdsPattern } from "../std/pattern.ts";
import type { Body, Exchange, Reply } from "../exchange/exchange.ts";
import type { Ask } from "../probe/probe.ts";
import { isJsonObject, type Json } from "../std/json.ts";
import type { Redactor } from "../std/redact.ts";
import { assemble } from "./assemble.ts";
import { chunkShapes } from "./chunk-positions.ts";
import { errorFactsOf } from "./error-facts.ts";
import type { Observation, ReplyFacts } from "./observation.ts";
import { isListed, numbersAt } from "./numbers.ts";
import { outlineOf } from "./shape.ts";
import { streamUsageOf } from "./stream-usage.ts";
import { headerClasses, informativeHeaders } from "./telling-headers.ts";
import { completionText, textFacts } from "./text-facts.ts";
import { usageOf } from "./usage.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** What of a call decides which facts are observed. */
export interface ObservedCall {
  readonly name: string;
  readonly ask: Ask;
  readonly method?: "GET" | undefined;
  /** Its reply is not compared with a baseline. */
  readonly isAside?: boolean | undefined;
  /** A model that the listed models must contain. */
  readonly expectModel?: string | undefined;
  /** Numbers to keep of the reply: name → path. */
  readonly read?: Readonly<Record<string, string>> | undefined;
}

/**
 * The facts of one exchange. `patterns` are the regular expressions somebody expects of the text; `redact` knows the
 * secrets of the configuration.
 */
export function observe(
  call: ObservedCall,
  exchange: Exchange,
  patterns: readonly string[],
  redact: Redactor,
): Observation {
  const last = exchange.attempts.at(-1) ?? exchange.attempts[0];
  const { outcome } = last;
  return {
    call: call.name,
    mode: call.ask.stream ? "stream" : "plain",
    outcome: outcome.kind === "fault" ? outcome : withoutSecrets(factsOf(outcome, patterns, call), redact),
    timings: last.timings,
    attempts: exchange.attempts.length,
    connection: last.connection,
    maxLoopDelayMs: last.maxLoopDelayMs,
    startedAtMs: exchange.attempts[0].startedAtMs,
    earlier: earlierOf(exchange),
    retryWaitMs: retryWaitMs(exchange),
    injected: last.injected,
    isAside: call.isAside,
    isFree: call.method === "GET" ? true : undefined,
  };
}

function earlierOf({ attempts }: Exchange): string[] | undefined {
  const before = attempts
    .slice(0, -1)
    .map(({ outcome }) => (outcome.kind === "reply" ? String(outcome.status) : outcome.class));
  return before.length === 0 ? undefined : before;
}

function retryWaitMs({ attempts: [first, second] }: Exchange): number | undefined {
  return second && Math.max(0, second.startedAtMs - first.startedAtMs - first.timings.totalMs);
}

function factsOf(reply: Reply, patterns: readonly string[], { expectModel, read }: ObservedCall): ReplyFacts {
  const documents = documentsOf(reply.body);
  const text = completionText(documents);
  const requestId = requestIdOf(reply, documents);
  return {
    kind: "reply",
    status: reply.status,
    contentType: safeToken((reply.headers["content-type"] ?? "").split(";")[0] ?? "") ?? "",
    bodyForm: reply.body.form,
    bytes: reply.body.bytes,
    requestId: requestId?.id,
    requestIdIn: requestId?.where,
    replyId: documents.map((document) => safeToken(stringAt(document, "id"))).find((id) => id !== undefined),
    serviceTier: documents.map((document) => stringAt(document, "service_tier")).find(isServiceTier),
    model: documents.map((document) => safeToken(stringAt(document, "model"))).find((model) => model !== undefined),
    finishReasons: finishReasonsOf(documents),
    text: textFacts(text),
    usage: usageOf(documents),
    ...outlines(reply.body),
    headers: headerClasses(reply.headers),
    error: errorFactsOf(reply.status, reply.body),
    streamEnd: reply.body.form === "stream" ? reply.body.end : undefined,
    textMatches: Object.fromEntries(patterns.map((pattern) => [pattern, holdsPattern(pattern, text)])),
    telling: informativeHeaders(reply.headers),
    streamUsage: reply.body.form === "stream" ? streamUsageOf(reply.body.chunks) : undefined,
    isListed: expectModel === undefined ? undefined : isListed(documents[0], expectModel),
    numbers: read && numbersAt(documents[0], read),
  };
}

function outlines(body: Body): Pick<ReplyFacts, "shape" | "classes" | "assembled" | "chunks"> {
  const documents = documentsOf(body);
  if (body.form !== "stream") return outlineOf(documents);
  const { shape: assembled, classes } = outlineOf([assemble(documents)]);
  // Chunks are not alike: that one has not what another has says nothing here.
  const shape = Object.entries(outlineOf(documents).shape).map(
    ([path, kinds]) => [path, kinds.filter((kind) => kind !== "absent")] as const,
  );
  return { shape: Object.fromEntries(shape), assembled, classes, chunks: chunkShapes(documents) };
}

function documentsOf(body: Body): readonly Json[] {
  switch (body.form) {
    case "json":
      return [body.value];
    case "stream":
      return body.chunks;
    case "text":
      return [];
    default:
      return body satisfies never;
  }
}

/** One per choice; null when none was given. In a stream the chunks before the last say null. */
function finishReasonsOf(documents: readonly Json[]): (string | null)[] {
  const byChoice = new Map<number, string | null>();
  for (const document of documents) {
    if (!isJsonObject(document) || !Array.isArray(document["choices"])) continue;
    for (const [position, choice] of document["choices"].slice(0, 16).entries()) {
      const reason = safeToken(stringAt(choice, "finish_reason"));
      byChoice.set(position, reason ?? byChoice.get(position) ?? null);
    }
  }
  return [...byChoice.values()];
}

const requestIdHeaders = ["x-request-id", "request-id", "apim-request-id", "x-litellm-call-id", "x-generation-id"];

/** Some providers hide it inside the error's message: `… (request id: 2026…)`. */
function requestIdOf({ headers }: Reply, documents: readonly Json[]): { id: string; where: string } | undefined {
  for (const name of requestIdHeaders) {
    const id = safeToken(headers[name]);
    if (id !== undefined) return { id, where: name };
  }
  const error = documents
    .map((document) => (isJsonObject(document) ? document["error"] : undefined))
    .find(isJsonObject);
  const id = safeToken(stringAt(error, "message")?.match(/request id: ([A-Za-z0-9_-]+)/i)?.[1]);
  return id === undefined ? undefined : { id, where: "error message" };
}

function stringAt(value: Json | undefined, name: string): string | undefined {
  const found = isJsonObject(value) ? value[name] : undefined;
  return typeof found === "string" ? found : undefined;
}

/** Short, of a plain alphabet, and no key: what a provider says must not carry anything into a row or an alert. */
function safeToken(text: string | undefined): string | undefined {
  if (text === undefined || !/^[A-Za-z0-9_.:/@+-]{1,96}$/.test(text)) return undefined;
  return /^(sk|pk|whsec|Bearer)[-_]/i.test(text) ? undefined : text;
}

/** What else stands there may be anybody's text. */
const serviceTiers = new Set(["auto", "default", "flex", "scale", "priority", "fast"]);

function isServiceTier(found: string | undefined): boolean {
  return found !== undefined && serviceTiers.has(found);
}
