import type { Body, Exchange, Outcome, Reply } from "../exchange/exchange.ts";
import type { Ask, Expectation } from "../probe/probe.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { isJsonObject, type Json } from "../std/json.ts";
import type { Redactor } from "../std/redact.ts";
import { chunkShapes } from "./chunk-shapes.ts";
import { contentFaults, textMatches } from "./content-faults.ts";
import { errorFactsOf } from "./error-facts.ts";
import type { Observation, ReplyFacts } from "./observation.ts";
import { numbersAt } from "./numbers.ts";
import { outlineOf } from "./shape.ts";
import { keepableId } from "./foreign-id.ts";
import { keepableName } from "./foreign-name.ts";
import { headerClasses, diagnosticHeaders } from "./headers.ts";
import { answerOf, hashedTops, type Question } from "./question.ts";
import { textFacts } from "./text-facts.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** What of a call decides which facts are observed. */
export interface ObservedCall {
  readonly name: string;
  readonly ask: Ask;
  readonly method?: "GET" | undefined;
  /** Its reply is not compared with a baseline. */
  readonly isAuxiliary?: boolean | undefined;
  /** A model that the listed models must contain. */
  readonly expectModel?: string | undefined;
  /** A question whose answer is compared with earlier ones. */
  readonly question?: Question | undefined;
  /** Numbers to keep of the reply: name → path. */
  readonly read?: Readonly<Record<string, string>> | undefined;
}

interface Observing {
  readonly protocol: Protocol;
  /** Some of them read the text. */
  readonly expectations: readonly Expectation[];
  /** Where the target puts errors, if nowhere usual. */
  readonly errorEnvelope?: string | undefined;
  /** Names that the configuration says itself, such as the model's: they stay as they are. */
  readonly names?: readonly string[] | undefined;
  /** Knows the secrets of the configuration. */
  readonly redact: Redactor;
}

/** The facts of one exchange. */
export function observe(call: ObservedCall, exchange: Exchange, observing: Observing): Observation {
  const last = exchange.attempts.at(-1) ?? exchange.attempts[0];
  const { outcome } = last;
  return {
    call: call.name,
    mode: call.ask.stream ? "stream" : "plain",
    outcome: safeOutcome(outcome, call, observing),
    timings: last.timings,
    attempts: exchange.attempts.length,
    connection: last.connection,
    maxLoopDelayMs: last.maxLoopDelayMs,
    startedAtMs: exchange.attempts[0].startedAtMs,
    earlier: earlierOf(exchange),
    retryWaitMs: retryWaitMs(exchange),
    injected: last.injected,
    isAuxiliary: call.isAuxiliary,
    question: call.question && { ...call.question, answers: undefined },
    isFree: call.method === "GET" ? true : undefined,
  };
}

function safeOutcome(outcome: Outcome, call: ObservedCall, observing: Observing): Observation["outcome"] {
  const facts = (reply: Reply): ReplyFacts => withoutSecrets(factsOf(reply, call, observing), observing.redact);
  if (outcome.kind === "reply") return facts(outcome);
  return { ...outcome, partial: outcome.partial && facts(outcome.partial) };
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

function factsOf(
  reply: Reply,
  call: ObservedCall,
  { protocol, expectations, errorEnvelope, names = [] }: Observing,
): ReplyFacts {
  const { expectModel, read } = call;
  const isStream = reply.body.form === "stream";
  const documents = documentsOf(reply.body);
  const content = protocol.read(documents);
  const contentType = safeToken((reply.headers["content-type"] ?? "").split(";")[0]) ?? "";
  const requestId = requestIdOf(reply, documents, protocol);
  const replyId = firstSafe(content.ids);
  const model = firstSafe(content.models);
  const upstream = upstreamOf(reply, documents);
  return {
    kind: "reply",
    status: reply.status,
    contentType: keepableName(contentType),
    bodyForm: reply.body.form,
    bytes: reply.body.bytes,
    requestId: requestId?.id,
    requestIdIn: requestId?.where,
    replyId: replyId && keepableId(replyId),
    serviceTier: content.serviceTiers.find((tier) => serviceTiers.has(tier)),
    model: model && keepableName(model, names),
    finishReasons: content.finishReasons.map((reason) => {
      const token = safeToken(reason ?? undefined);
      return token === undefined ? null : keepableName(token);
    }),
    text: textFacts(content.text, content.isRefusal),
    usage: content.usage,
    ...outlines(reply.body, protocol),
    headers: headerClasses(reply.headers),
    error: errorFactsOf(reply.status, reply.body, protocol, errorEnvelope),
    streamEnd: reply.body.form === "stream" ? reply.body.end : undefined,
    lastWords: isStream ? protocol.lastWordsOf(documents) : undefined,
    flaws: call.method === "GET" ? undefined : someOf(protocol.flawsOf(documents, { isStream, contentType }, call.ask)),
    notJson: notJsonOf(reply),
    upstream: upstream && keepableName(upstream),
    textMatches: textMatches(expectations, content.text),
    contentFaults: contentFaults(expectations, content),
    diagnosticHeaders: diagnosticHeaders(reply.headers),
    streamUsage: reply.body.form === "stream" ? protocol.streamUsage(reply.body.chunks) : undefined,
    isListed: expectModel === undefined ? undefined : protocol.isListed(documents[0], expectModel),
    numbers: read && numbersAt(documents[0], read),
    ...(call.question && {
      answer: answerOf(content.text, call.question),
      tops: hashedTops(protocol.topLogprobs(documents[0])),
    }),
  };
}

function someOf<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length === 0 ? undefined : items;
}

/** Why a body that promises JSON is none. */
function notJsonOf({ headers, body }: Reply): string | undefined {
  if (body.form !== "text" || headers["content-type"]?.includes("json") !== true) return undefined;
  const { text } = body;
  if (text === "") return "empty";
  if (text.startsWith("<")) return "HTML";
  if (/^(:|data:|event:)/.test(text.trimStart())) return "lines of a stream";
  if (/^\{.*\}\s*\{/s.test(text.trimStart())) return "several documents";
  const literal = /[[:,]\s*(-?(?:NaN|Infinity)|None|True|False|undefined)\s*[,}\]]/.exec(text)?.[1];
  return literal ?? (/^[[{]/.test(text) && !/[\]}]$/.test(text) ? "cut off" : "malformed");
}

/** Gateways name who has answered; a fingerprint distinguishes backends of one provider. */
function upstreamOf({ headers }: Reply, documents: readonly Json[]): string | undefined {
  const named = documents.flatMap((document) =>
    isJsonObject(document) ? [document["provider"], document["system_fingerprint"]] : [],
  );
  const texts = named.filter((value) => typeof value === "string");
  return firstSafe(
    [...texts, headers["x-litellm-model-id"] ?? "", headers["x-litellm-model-api-base"] ?? ""].filter(Boolean),
  );
}

function outlines(body: Body, protocol: Protocol): Pick<ReplyFacts, "shape" | "classes" | "assembled" | "chunks"> {
  const documents = documentsOf(body);
  if (body.form !== "stream") return outlineOf(documents);
  const { shape: assembled, classes } = outlineOf([protocol.assemble(documents)]);
  // Chunks are not alike: that one has not what another has says nothing here.
  const shape = Object.entries(outlineOf(documents).shape).map(
    ([path, kinds]) => [path, kinds.filter((kind) => kind !== "absent")] as const,
  );
  return { shape: Object.fromEntries(shape), assembled, classes, chunks: chunkShapes(documents, protocol) };
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

const requestIdHeaders = ["x-request-id", "request-id", "apim-request-id", "x-litellm-call-id", "x-generation-id"];

/** Some providers hide it inside the error's message: `… (request id: 2026…)`. */
function requestIdOf(
  { headers }: Reply,
  documents: readonly Json[],
  { readError }: Protocol,
): { id: string; where: string } | undefined {
  for (const name of requestIdHeaders) {
    const id = safeToken(headers[name]);
    if (id !== undefined) return { id: keepableId(id), where: name };
  }
  const message = documents.map((document) => readError(document)?.message).find((text) => text !== undefined);
  const id = safeToken(message?.match(/request id: ([A-Za-z0-9_-]+)/i)?.[1]);
  return id === undefined ? undefined : { id: keepableId(id), where: "error message" };
}

function firstSafe(texts: readonly string[]): string | undefined {
  return texts.map(safeToken).find((text) => text !== undefined);
}

/** Short, of a plain alphabet, and no key: what a provider says must not carry anything into a row or an alert. */
function safeToken(text: string | undefined): string | undefined {
  if (text === undefined || !/^[A-Za-z0-9_.:/@+-]{1,96}$/.test(text)) return undefined;
  return /^(sk|pk|whsec|Bearer)[-_]/i.test(text) ? undefined : text;
}

/** What else stands there may be anybody's text. */
const serviceTiers = new Set(["auto", "default", "flex", "scale", "priority", "fast"]);
