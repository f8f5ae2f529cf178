import { context, type Span, SpanStatusCode, trace, type Context } from "@opentelemetry/api";
import { attributes as a } from "./names.ts";

/** Ends the span when the work is done. What the work throws marks the span and is thrown again. */
export async function inSpan<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await work(span);
  } catch (error) {
    throw marked(span, error);
  } finally {
    span.end();
  }
}

export function inSpanSync<T>(span: Span, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw marked(span, error);
  } finally {
    span.end();
  }
}

/** Only the type: an error's message may quote anything. */
function marked(span: Span, error: unknown): unknown {
  const type = error instanceof Error ? error.name : "_OTHER";
  span.setAttribute(a.errorType, type).setStatus({ code: SpanStatusCode.ERROR });
  return error;
}

/** The context of a span whose parent is this one. */
export function within(parent: Span): Context {
  return trace.setSpan(context.active(), parent);
}
