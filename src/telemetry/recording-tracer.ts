import type { AttributeValue, Context, Span, SpanOptions, Tracer } from "@opentelemetry/api";

/** Forwards everything and records what spans are given, as text, so that a check can search it for secrets. */
export function recordingTracer(tracer: Tracer): { readonly tracer: Tracer; recorded(): string } {
  const notified: string[] = [];
  const note = (value: unknown): void => void notified.push(JSON.stringify(value) ?? "");

  const watched = (span: Span): Span =>
    new Proxy(span, {
      get(real, name: keyof Span) {
        const member = real[name] as unknown;
        if (typeof member !== "function") return member;
        return (...words: unknown[]) => {
          if (recorded.has(name)) note(words.map((word) => (word instanceof Error ? String(word) : word)));
          const result: unknown = Reflect.apply(member, real, words);
          return result === real ? watched(span) : result;
        };
      },
    });
  const start = (name: string, options: SpanOptions | undefined, context?: Context): Span => {
    note([name, options?.attributes as Record<string, AttributeValue> | undefined]);
    return tracer.startSpan(name, options, context);
  };
  return {
    tracer: {
      startSpan: (name, options, context) => watched(start(name, options, context)),
      startActiveSpan: tracer.startActiveSpan.bind(tracer),
    },
    recorded: () => notified.join("\n"),
  };
}

const recorded: ReadonlySet<string> = new Set([
  "setAttribute",
  "setAttributes",
  "addEvent",
  "setStatus",
  "updateName",
  "recordException",
]);
