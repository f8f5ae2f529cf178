import {
  context,
  type Link,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import type { Baseline } from "../baseline/baseline.ts";
import type { Probe } from "../probe/probe.ts";
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

/** A run that broke off: a bug, or a store that does not answer. */
export function breakRunSpan(span: Span, error: unknown): void {
  span.setAttribute(a.errorType, kindOf(error)).setStatus({ code: SpanStatusCode.ERROR }).end();
}

/** Never its message: nobody knows what that quotes. */
function kindOf(error: unknown): string {
  return error instanceof Error ? error.name : "_OTHER";
}

/** A part of a run that only takes time. What is thrown marks the span and goes on; a promise is waited for. */
export function inSpan<T>(tracer: Tracer, parent: Span, name: "commit" | "judge", work: (span: Span) => T): T {
  const span = tracer.startSpan(spanNames[name], {}, within(parent));
  const failed = (error: unknown): never => {
    span.setAttribute(a.errorType, kindOf(error));
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

export function within(parent: Span): Context {
  return trace.setSpan(context.active(), parent);
}
