import { type Attributes, SpanKind, SpanStatusCode, type Span, type Tracer } from "@opentelemetry/api";
import type { Attempt, HttpRequest, Timings } from "../exchange/exchange.ts";
import type { Observation, ReplyFacts } from "../observation/observation.ts";
import type { Probe } from "../probe/probe.ts";
import type { Target } from "../probe/target.ts";
import type { Call } from "../scenario/scenario.ts";
import { inSpan, within } from "../telemetry/in-span.ts";
import { attributes as a, type Document, spanNames } from "../telemetry/names.ts";
import { askAttributes } from "./ask-attributes.ts";
import type { World } from "./world.ts";

/** One CLIENT span per logical call, created with the attributes that samplers need. */
export function startCallSpan(tracer: Tracer, parent: Span, { target }: Probe, call: Call): Span {
  const asked = askedBy(call, target);
  return tracer.startSpan(
    asked.name,
    {
      kind: SpanKind.CLIENT,
      attributes: {
        ...asked.attributes,
        [a.genAiProviderName]: target.provider,
        ...serverAttributes(target.baseUrl),
        ...(call.inject === undefined ? {} : { [a.plumblineInjected]: call.inject.name }),
        [a.syntheticType]: "test",
      },
    },
    within(parent),
  );
}

/** Reading a document needs no model: the conventions have no operation for it, and `chat` would be wrong. */
function askedBy(call: Call, { model, provider }: Target): { readonly name: string; readonly attributes: Attributes } {
  if (call.method === "GET") {
    const document: Document = call.target === undefined ? "models" : "billing";
    return { name: spanNames.read(document), attributes: { [a.plumblineDocument]: document } };
  }
  const attributes = {
    [a.genAiOperationName]: "chat",
    [a.genAiRequestModel]: model,
    ...askAttributes(call.ask, provider),
  };
  return { name: spanNames.chat(model), attributes };
}

/** `chunks` is how many events the stream had; undefined without a stream. */
export function describeCall(span: Span, seen: Observation, provider: string, chunks?: number): void {
  const { outcome } = seen;
  if (outcome.kind === "fault") {
    const errorType = outcome.class === "timeout" ? `timeout_${outcome.phase}` : outcome.class;
    span.setAttribute(a.errorType, errorType).setStatus({ code: SpanStatusCode.ERROR });
    return;
  }
  const known = {
    [a.plumblineRequestId]: outcome.requestId,
    ...(seen.isFree === true
      ? {}
      : { ...completionAttributes(outcome, seen.timings, provider), [a.plumblineChunks]: chunks }),
  };
  for (const [name, value] of Object.entries(known)) if (value !== undefined) span.setAttribute(name, value);
  if (outcome.status >= 400) {
    span.setAttribute(a.errorType, String(outcome.error?.code ?? outcome.status));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
}

function completionAttributes(outcome: ReplyFacts, timings: Timings, provider: string): Attributes {
  const { usage } = outcome;
  const finishReasons = outcome.finishReasons.filter((reason) => reason !== null);
  return {
    [a.genAiResponseId]: outcome.replyId,
    [a.genAiResponseModel]: outcome.model,
    [a.openaiServiceTier]: provider === "openai" ? outcome.serviceTier : undefined,
    [a.genAiResponseFinishReasons]: finishReasons.length > 0 ? finishReasons : undefined,
    [a.genAiTimeToFirstChunk]: timings.firstChunkMs === undefined ? undefined : timings.firstChunkMs / 1000,
    [a.genAiInputTokens]: usage?.promptTokens,
    [a.genAiOutputTokens]: usage?.completionTokens,
    [a.genAiCacheReadTokens]: usage?.cachedTokens,
    [a.genAiReasoningTokens]: usage?.reasoningTokens,
  };
}

/** One CLIENT span around an attempt, with the facts of HTTP only. */
export function inAttemptSpan(
  { tracer, redact }: Pick<World, "tracer" | "redact">,
  parent: Span,
  request: HttpRequest,
  ordinal: number,
  attempt: () => Promise<Attempt>,
): Promise<Attempt> {
  const span = tracer.startSpan(
    spanNames.http(request.method),
    {
      kind: SpanKind.CLIENT,
      attributes: {
        [a.httpMethod]: request.method,
        [a.urlFull]: redact(withoutQuery(request.url)),
        ...serverAttributes(request.url),
        ...(ordinal > 1 ? { [a.httpResendCount]: ordinal - 1 } : {}),
        ...(request.inject === undefined ? {} : { [a.plumblineInjected]: request.inject.name }),
        [a.syntheticType]: "test",
      },
    },
    within(parent),
  );
  return inSpan(span, async () => {
    const done = await attempt();
    const { outcome } = done;
    if (outcome.kind === "reply") span.setAttribute(a.httpStatus, outcome.status);
    const errorType = outcome.kind === "fault" ? outcome.class : outcome.status >= 400 && String(outcome.status);
    if (errorType !== false) span.setAttribute(a.errorType, errorType).setStatus({ code: SpanStatusCode.ERROR });
    return done;
  });
}

/** Host and port of a URL. */
export function serverOf(url: string): { readonly address: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(url);
  return { address: hostname, port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) };
}

function serverAttributes(url: string): Record<string, string | number> {
  const { address, port } = serverOf(url);
  return { [a.serverAddress]: address, [a.serverPort]: port };
}

/** Some providers accept keys in the query; no span may carry one. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
