import type { Observation } from "../observation/observation.ts";
import type { Probe } from "../probe/probe.ts";
import type { LogFields } from "../std/log.ts";
import type { RunReport } from "./run.ts";

/**
 * The log record of one run: all that an audit asks to be found of a request later, and nothing that was said in it.
 * What did not happen is left out. Milliseconds count from the start of the last attempt of the last call.
 */
export function runRecord(
  { target, cadence }: Probe,
  report: RunReport,
  observations: readonly Observation[],
  spanId: string,
): LogFields {
  const last = observations.at(-1);
  return {
    run: report.runId,
    trace_id: report.traceId,
    span_id: spanId,
    probe: report.probeId,
    target: report.target,
    environment: target.audit?.environment,
    endpoint: last && endpointOf(last),
    provider: target.provider,
    model: report.model,
    scenario: report.scenario,
    location: report.location,
    slot: new Date(report.slotMs).toISOString(),
    schedule: cadence.kind === "every" ? `every ${cadence.everyMs} ms` : `${cadence.pattern} ${cadence.tz}`,
    state: report.state,
    reason: report.reason,
    verdict: report.verdict,
    findings: report.findings.length === 0 ? undefined : [...new Set(report.findings.map(({ kind }) => kind))],
    calls: observations.length,
    requests: report.spent.requests,
    tokens: report.spent.tokens,
    costMicroUsd: report.spent.microUsd,
    ...(last !== undefined && ofCall(last)),
  };
}

function endpointOf({ isFree, via }: Observation): string {
  if (isFree !== true) return "chat-completions";
  return via === undefined ? "models" : "billing";
}

function ofCall({ outcome, timings, attempts, via, isFree }: Observation): LogFields {
  return {
    latencyMs: round(timings.totalMs),
    connectedMs: round(timings.connectedMs),
    firstByteMs: round(timings.firstByteMs),
    firstChunkMs: round(timings.firstChunkMs),
    firstContentMs: round(timings.firstContentMs),
    retries: attempts - 1,
    timedOut: outcome.kind === "fault" && outcome.class === "timeout",
    fallback: via !== undefined && isFree !== true,
    answeredBy: via,
    ...(outcome.kind === "fault"
      ? { fault: outcome.class, phase: outcome.class === "timeout" ? outcome.phase : undefined }
      : {
          status: outcome.status,
          answeredModel: outcome.model,
          requestId: outcome.requestId,
          promptTokens: outcome.usage?.promptTokens,
          completionTokens: outcome.usage?.completionTokens,
          errorFamily: outcome.error?.family,
          errorType: outcome.error?.type,
          errorCode: outcome.error?.code,
          errorMessage: outcome.error?.message,
        }),
  };
}

function round(durationMs: number | undefined): number | undefined {
  return durationMs === undefined ? undefined : Math.round(durationMs * 10) / 10;
}
