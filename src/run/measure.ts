import type { Timings } from "../exchange/exchange.ts";
import type { Observation } from "../observation/observation.ts";
import type { Probe } from "../probe/probe.ts";
import type { MetricLabels, Metrics } from "../telemetry/metrics.ts";
import { attributes as a } from "../telemetry/names.ts";
import type { RunReport } from "./run.ts";
import { serverOf } from "./call-spans.ts";

/** One logical call, retries included, as the GenAI conventions count it. */
export function measureCall(
  metrics: Metrics,
  { target }: Probe,
  { outcome, timings }: Observation,
  chunks: number,
): void {
  const server = serverOf(target.baseUrl);
  const call = {
    [a.genAiOperationName]: "chat",
    [a.genAiProviderName]: target.provider,
    [a.genAiRequestModel]: target.model,
    [a.serverAddress]: server.address,
    [a.serverPort]: server.port,
    [a.plumblineTarget]: target.name,
  };
  const errorType = errorClass(outcome);
  metrics.record(
    "callDuration",
    timings.totalMs / 1000,
    errorType === undefined ? call : { ...call, [a.errorType]: errorType },
  );
  if (timings.firstChunkMs !== undefined) metrics.record("firstChunk", timings.firstChunkMs / 1000, call);
  measureChunks(metrics, timings, chunks, call);
  if (outcome.kind !== "reply") return;
  const { promptTokens, completionTokens } = outcome.usage ?? {};
  if (promptTokens !== undefined) metrics.record("tokenUsage", promptTokens, { ...call, [a.genAiTokenType]: "input" });
  if (completionTokens !== undefined) {
    metrics.record("tokenUsage", completionTokens, { ...call, [a.genAiTokenType]: "output" });
  }
}

/** Sum and count are those of the single chunks; how far they lie apart within one reply is not kept, only their mean. */
function measureChunks(metrics: Metrics, timings: Timings, chunks: number, call: MetricLabels<"perChunk">): void {
  const { firstChunkMs, lastContentMs, doneMs } = timings;
  const endMs = doneMs ?? lastContentMs;
  if (firstChunkMs === undefined || endMs === undefined || chunks < 2) return;
  const meanMs = Math.max(0, endMs - firstChunkMs) / (chunks - 1);
  for (let chunk = 1; chunk < chunks; chunk += 1) metrics.record("perChunk", meanMs / 1000, call);
}

/** A class of fault or a status code. The provider's own code is on the span only: it may say anything. */
function errorClass(outcome: Observation["outcome"]): string | undefined {
  if (outcome.kind === "fault") return outcome.class === "timeout" ? `timeout_${outcome.phase}` : outcome.class;
  return outcome.status >= 400 ? String(outcome.status) : undefined;
}

/** What became of one slot. An inconclusive run says nothing about its target and leaves the gauges alone. */
export function measureRun(metrics: Metrics, report: RunReport, takenAtMs: number): void {
  const probe = {
    [a.plumblineProbe]: report.probeId,
    [a.plumblineTarget]: report.target,
    [a.plumblineScenario]: report.scenario,
    [a.plumblineLocation]: report.location,
  };
  const { verdict, spent } = report;
  metrics.record("runs", 1, {
    ...probe,
    [a.plumblineState]: report.state,
    ...(report.reason === undefined ? {} : { [a.plumblineReason]: report.reason }),
    ...(verdict === undefined ? {} : { [a.plumblineVerdict]: verdict }),
  });
  metrics.record("lateness", Math.max(0, takenAtMs - report.slotMs) / 1000, { [a.plumblineLocation]: report.location });
  for (const { kind } of report.findings) metrics.record("findings", 1, { ...probe, [a.plumblineFindingKind]: kind });
  if (report.state === "done" || report.state === "interrupted") measureSpend(metrics, report);
  if (spent.requests > 0) {
    metrics.record("requests", spent.requests, {
      [a.plumblineTarget]: report.target,
      [a.plumblineLocation]: report.location,
    });
  }
  if (verdict === undefined || verdict === "inconclusive") return;
  metrics.record("probeSuccess", verdict === "ok" || verdict === "warn" ? 1 : 0, probe);
  metrics.record("runTimestamp", report.slotMs / 1000, probe);
  if (report.totalMs !== undefined) metrics.record("probeDuration", report.totalMs / 1000, probe);
}

function measureSpend(metrics: Metrics, { target, model, spent }: RunReport): void {
  const labels = { [a.plumblineTarget]: target, [a.genAiRequestModel]: model };
  if (spent.microUsd === undefined) metrics.record("spendUnknown", 1, labels);
  else metrics.record("spend", spent.microUsd / 1e6, labels);
}
