import { context, type Link, SpanKind, SpanStatusCode, TraceFlags, type Tracer } from "@opentelemetry/api";
import type { Evidence } from "../../incident/incident.ts";
import { inSpan } from "../../telemetry/in-span.ts";
import { attributes as a, linkedAs, spanNames } from "../../telemetry/names.ts";
import type { DeliveryAttempt, PendingDelivery } from "./outbox.ts";

/** A span for one delivery attempt, linked to the runs that are the alert's evidence. Without a tracer, only the attempt. */
export function inDeliverySpan(
  tracer: Tracer | undefined,
  { entry, attempts }: PendingDelivery,
  work: () => Promise<DeliveryAttempt>,
): Promise<DeliveryAttempt> {
  if (tracer === undefined) return work();
  const { alert } = entry;
  const span = tracer.startSpan(
    spanNames.deliver,
    {
      kind: SpanKind.PRODUCER,
      links: alert.evidence.flatMap(linkTo),
      attributes: {
        [a.plumblineDelivery]: entry.id,
        [a.plumblineReceiver]: entry.receiver,
        [a.plumblineIncident]: alert.incidentId,
        [a.plumblineAlertEvent]: alert.event,
        [a.plumblineFindingKind]: alert.kind,
        [a.plumblineTarget]: alert.target,
        [a.plumblineScenario]: alert.scenario,
        [a.plumblineAttempt]: attempts + 1,
      },
    },
    context.active(),
  );
  return inSpan(span, async () => {
    const attempt = await work();
    span.setAttribute(a.plumblineOutcome, attempt.outcome.kind);
    if (attempt.outcome.kind !== "delivered") span.setStatus({ code: SpanStatusCode.ERROR });
    return attempt;
  });
}

function linkTo({ runId, traceId, spanId }: Evidence): Link[] {
  if (traceId === undefined || spanId === undefined) return [];
  const there = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return [{ context: there, attributes: { ...linkedAs("evidence"), [a.plumblineRun]: runId } }];
}
