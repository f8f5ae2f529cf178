import {
  context,
  type Link,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import type { Attempt, HttpRequest } from "../exchange/exchange.ts";
import type { Observation } from "../observation/observation.ts";
import type { Baseline } from "../baseline/baseline.ts";
import type { Probe } from "../probe/probe.ts";
import type { Call } from "../scenario/scenario.ts";
import { attributes as a, linkedAs, spanNames } from "../telemetry/names.ts";
import { producerLink } from "../telemetry/queue-spans.ts";
import type { RunReport } from "./run.ts";

/** The span of one run; its parent is whatever is active, such as the queue's processing span. */
export function startRunSpan(tracer: Tracer, probe: Probe, runId: string, slotMs: number, latenessMs: number): Span {
  return tracer.startSpan(
    spanNames.probe,
    {
      links: producerLinks(),
      attributes: {
        [a.plumblineProbe]: probe.id,
        [a.plumblineTarget]: probe.target.name,
        [a.plumblineScenario]: probe.scenario.name,
        [a.plumblineLocation]: probe.location,
        [a.plumblineRun]: runId,
        [a.plumblineSlot]: new Date(slotMs).toISOString(),
        [a.plumblineLateness]: latenessMs,
        [a.syntheticType]: "test",
      },
    },
    context.active(),
  );
}

/** Leads from a run to the span that put its slot into the queue. */
function producerLinks(): Link[] {
  const link = producerLink();
  return link === undefined ? [] : [{ ...link, attributes: linkedAs("producer") }];
}

/** Leads from a run to the one that its newest baseline was learned with, where that was traced. */
export function linkBaseline(span: Span, baselines: readonly Baseline[]): void {
  const newest = baselines.toSorted((one, other) => other.acceptedAtMs - one.acceptedAtMs).find((it) => it.span);
  if (newest?.span === undefined) return;
  const linked = { ...newest.span, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  span.addLink({
    context: linked,
    attributes: { ...linkedAs("baseline"), [a.plumblineBaselineVersion]: newest.version },
  });
}

/** An expected refusal leaves the run span OK: only a verdict of fail or drift marks it. */
export function endRunSpan(span: Span, report: RunReport): void {
  span.setAttribute(a.plumblineState, report.state);
  if (report.reason !== undefined) span.setAttribute(a.plumblineReason, report.reason);
  if (report.verdict !== undefined) span.setAttribute(a.plumblineVerdict, report.verdict);
  if (report.spent.microUsd !== undefined) span.setAttribute(a.plumblineCost, report.spent.microUsd);
  const kinds = [...new Set(report.findings.map((finding) => finding.kind))];
  if (kinds.length > 0) span.setAttribute(a.plumblineFindingKinds, kinds);
  if (report.verdict === "fail" || report.verdict === "drift") span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

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
        [a.genAiRequestMaxTokens]: call.ask.maxTokens,
        ...(call.ask.stream ? { [a.genAiRequestStream]: true } : {}),
        ...serverAttributes(target.baseUrl),
        [a.syntheticType]: "test",
      },
    },
    within(parent),
  );
}

export function endCallSpan(span: Span, { outcome, timings }: Observation, provider: string): void {
  if (outcome.kind === "fault") {
    const errorType = outcome.class === "timeout" ? `timeout_${outcome.phase}` : outcome.class;
    span.setAttribute(a.errorType, errorType).setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    return;
  }
  const { usage } = outcome;
  const finishReasons = outcome.finishReasons.filter((reason) => reason !== null);
  const known: Record<string, string | number | string[] | undefined> = {
    [a.genAiResponseModel]: outcome.model,
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

/** A part of a run that only takes time. What is thrown marks the span and goes on; a promise is waited for. */
export function inSpan<T>(tracer: Tracer, parent: Span, name: "commit" | "judge", work: (span: Span) => T): T {
  const span = tracer.startSpan(spanNames[name], {}, within(parent));
  const failed = (error: unknown): never => {
    span.setAttribute(a.errorType, error instanceof Error ? error.name : "_OTHER");
    span.setStatus({ code: SpanStatusCode.ERROR }).end();
    throw error;
  };
  try {
    const result = work(span);
    if (!(result instanceof Promise)) {
      span.end();
      return result;
    }
    return result.then((value: unknown) => {
      span.end();
      return value;
    }, failed) as T;
  } catch (error) {
    return failed(error);
  }
}

function within(parent: Span): Context {
  return trace.setSpan(context.active(), parent);
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
