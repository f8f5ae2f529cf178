import { SpanKind, SpanStatusCode, type Span, type Tracer } from "@opentelemetry/api";
import type { Attempt, HttpRequest } from "../exchange/exchange.ts";
import type { Observation } from "../observation/observation.ts";
import type { Probe } from "../probe/probe.ts";
import type { Call } from "../scenario/scenario.ts";
import { attributes as a, spanNames } from "../telemetry/names.ts";
import { askAttributes } from "./ask-attributes.ts";
import { within } from "./spans.ts";

/** One CLIENT span per logical call, attributes that samplers need set at its creation. */
export function startCallSpan(tracer: Tracer, parent: Span, probe: Probe, call: Call): Span {
  const { target } = probe;
  return tracer.startSpan(
    spanNames.chat(target.model),
    {
      kind: SpanKind.CLIENT,
      attributes: {
        [a.genAiOperationName]: "chat",
        [a.genAiProviderName]: target.provider,
        [a.genAiRequestModel]: target.model,
        ...askAttributes(call.ask, target.provider),
        ...serverAttributes(target.baseUrl),
        ...(call.inject === undefined ? {} : { [a.plumblineInjected]: call.inject.name }),
        [a.syntheticType]: "test",
      },
    },
    within(parent),
  );
}

/** `chunks` is how many events a stream had; undefined for what is no stream. */
export function endCallSpan(span: Span, { outcome, timings }: Observation, provider: string, chunks?: number): void {
  if (outcome.kind === "fault") {
    const errorType = outcome.class === "timeout" ? `timeout_${outcome.phase}` : outcome.class;
    span.setAttribute(a.errorType, errorType).setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    return;
  }
  const { usage } = outcome;
  const finishReasons = outcome.finishReasons.filter((reason) => reason !== null);
  const known: Record<string, string | number | string[] | undefined> = {
    [a.genAiResponseId]: outcome.replyId,
    [a.genAiResponseModel]: outcome.model,
    [a.plumblineRequestId]: outcome.requestId,
    [a.plumblineChunks]: chunks,
    [a.openaiServiceTier]: provider === "openai" ? outcome.serviceTier : undefined,
    [a.genAiResponseFinishReasons]: finishReasons.length > 0 ? finishReasons : undefined,
    [a.genAiTimeToFirstChunk]: timings.firstChunkMs === undefined ? undefined : timings.firstChunkMs / 1000,
    [a.genAiInputTokens]: usage?.promptTokens,
    [a.genAiOutputTokens]: usage?.completionTokens,
    [a.genAiCacheReadTokens]: usage?.cachedTokens,
    [a.genAiReasoningTokens]: usage?.reasoningTokens,
  };
  for (const [name, value] of Object.entries(known)) if (value !== undefined) span.setAttribute(name, value);
  if (outcome.status >= 400) {
    span.setAttribute(a.errorType, String(outcome.error?.code ?? outcome.status));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** One CLIENT span per attempt. Opened and closed around it, with what HTTP says and no more. */
export async function inAttemptSpan(
  tracer: Tracer,
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
        [a.urlFull]: withoutQuery(request.url),
        ...serverAttributes(request.url),
        ...(ordinal > 1 ? { [a.httpResendCount]: ordinal - 1 } : {}),
        ...(request.inject === undefined ? {} : { [a.plumblineInjected]: request.inject.name }),
        [a.syntheticType]: "test",
      },
    },
    within(parent),
  );
  const done = await attempt();
  if (done.outcome.kind === "reply") {
    span.setAttribute(a.httpStatus, done.outcome.status);
    if (done.outcome.status >= 400) {
      span.setAttribute(a.errorType, String(done.outcome.status)).setStatus({ code: SpanStatusCode.ERROR });
    }
  } else {
    span.setAttribute(a.errorType, done.outcome.class).setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
  return done;
}

/** Where a URL leads. */
export function serverOf(url: string): { readonly address: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(url);
  return { address: hostname, port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) };
}

function serverAttributes(url: string): Record<string, string | number> {
  const { address, port } = serverOf(url);
  return { [a.serverAddress]: address, [a.serverPort]: port };
}

/** Some providers take keys in the query; no span carries one. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
