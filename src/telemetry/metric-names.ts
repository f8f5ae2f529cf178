import { counter, gauge, histogram, observed } from "./metric-forms.ts";
import { attributes as a } from "./names.ts";

/**
 * One metric: what it is and which attributes it may carry. Their values come from the configuration or from closed
 * vocabularies, never from a reply, so that no provider can multiply our series.
 */
export interface MetricSpec {
  readonly name: string;
  readonly kind: "counter" | "histogram" | "gauge" | "observed";
  /** UCUM: `s`; in braces what is only counted. */
  readonly unit: string;
  readonly description: string;
  readonly attributes: readonly string[];
  readonly buckets?: readonly number[];
}

const ofProbe = [a.plumblineProbe, a.plumblineTarget, a.plumblineScenario, a.plumblineLocation] as const;
const ofCall = [
  a.genAiOperationName,
  a.genAiProviderName,
  a.genAiRequestModel,
  a.serverAddress,
  a.serverPort,
  a.plumblineTarget,
] as const;
const callBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const tokenBuckets = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
const storeBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
const lateBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export const metrics = {
  probeSuccess: gauge(
    "probe_success",
    "",
    "1 when the newest judged run of the probe was ok or warn, 0 when it failed or drifted",
    ofProbe,
  ),
  probeDuration: gauge("probe_duration_seconds", "s", "How long the last call of the newest judged run took", ofProbe),
  runTimestamp: gauge(
    "plumbline.run.timestamp",
    "s",
    "Due time of the newest judged run, in seconds since 1970",
    ofProbe,
  ),
  probeInterval: gauge("plumbline.probe.interval", "s", "Time between two slots of the probe; none for cron", ofProbe),
  runs: counter("plumbline.runs", "{run}", "Slots that ended, by state and verdict", [
    ...ofProbe,
    a.plumblineState,
    a.plumblineReason,
    a.plumblineVerdict,
  ]),
  findings: counter("plumbline.findings", "{finding}", "Findings of runs, by kind", [
    ...ofProbe,
    a.plumblineFindingKind,
  ]),
  requests: counter("plumbline.requests", "{request}", "Requests sent to the target, retries included", [
    a.plumblineTarget,
    a.plumblineLocation,
  ]),
  spend: counter("plumbline.spend.usd", "{USD}", "Money used by runs whose usage and price are known", [
    a.plumblineTarget,
    a.genAiRequestModel,
  ]),
  spendUnknown: counter(
    "plumbline.spend.unknown_runs",
    "{run}",
    "Runs whose cost is not known: their reservation stays counted against the cap",
    [a.plumblineTarget, a.genAiRequestModel],
  ),
  callDuration: histogram("gen_ai.client.operation.duration", "s", "GenAI operation duration", callBuckets, [
    ...ofCall,
    a.errorType,
  ]),
  firstChunk: histogram(
    "gen_ai.client.operation.time_to_first_chunk",
    "s",
    "Time to the first chunk of a streamed reply",
    callBuckets,
    ofCall,
  ),
  perChunk: histogram(
    "gen_ai.client.operation.time_per_output_chunk",
    "s",
    "Time between two chunks of a streamed reply, after the first",
    callBuckets,
    ofCall,
  ),
  tokenUsage: histogram("gen_ai.client.token.usage", "{token}", "Input and output tokens used", tokenBuckets, [
    ...ofCall,
    a.genAiTokenType,
  ]),
  lateness: histogram(
    "plumbline.slot.lateness",
    "s",
    "How much later than its due time a slot was taken",
    lateBuckets,
    [a.plumblineLocation],
  ),
  reconciliations: counter("plumbline.reconciliations", "{look}", "Looks at the schedules, by outcome", [
    a.plumblineOutcome,
  ]),
  repairs: counter(
    "plumbline.schedule.repairs",
    "{schedule}",
    "Schedules that had stopped and were set going again",
    [],
  ),
  missed: counter("plumbline.slots.missed", "{slot}", "Due slots that no worker took in time", []),
  slotsRefused: counter(
    "plumbline.slots.refused",
    "{job}",
    "Jobs of the queue that were ignored: their slot is not on the schedule, not due, over, or nobody asked for it",
    [a.plumblineReason],
  ),
  slotsAdded: counter("plumbline.slots.added", "{slot}", "Due slots that were added to the queue", [
    a.plumblineLocation,
  ]),
  slotsLeftOut: counter(
    "plumbline.slots.left_out",
    "{slot}",
    "Due slots that were recorded as missed at once, because the workers of the location cannot keep up",
    [a.plumblineLocation],
  ),
  interrupted: counter("plumbline.slots.interrupted", "{slot}", "Slots whose worker did not finish them", []),
  queueDepth: gauge("plumbline.queue.depth", "{job}", "Jobs of a queue, by state: waiting, active or failed", [
    a.plumblineQueue,
    a.plumblineState,
  ]),
  queueDuration: histogram("plumbline.queue.duration", "s", "How long the queue took to answer", storeBuckets, []),
  queueWritable: gauge("plumbline.queue.writable", "", "1 when the queue takes writes, 0 when it refuses them", []),
  roleHeld: gauge(
    "plumbline.role.held",
    "",
    "1 when a process holds the role, 0 when none has since its last one ended",
    [a.plumblineRole, a.plumblineLocation],
  ),
  oldestDueAge: gauge("plumbline.outbox.oldest_due_age", "s", "How long the oldest undelivered alert has been due", []),
  healthChecked: gauge(
    "plumbline.health.timestamp",
    "s",
    "When a check of the store or the queue last ended, in seconds since 1970",
    [a.plumblineCheck],
  ),
  storeDuration: histogram("plumbline.store.duration", "s", "How long the store took for a run", storeBuckets, [
    a.plumblineOperation,
  ]),
  exportFailures: counter("plumbline.telemetry.failed_exports", "{batch}", "Batches that no collector took", []),
  droppedSpans: counter("plumbline.telemetry.dropped_spans", "{span}", "Spans lost because too many were waiting", []),
  configurationTaken: gauge(
    "plumbline.config.last_reload_successful",
    "",
    "1 when what the configuration's file said last is in force, 0 when it was refused and the one before still is",
    [],
  ),
  incidentsOpen: gauge("plumbline.incidents.open", "{incident}", "Incidents that are open or acknowledged", [
    a.plumblineSeverity,
  ]),
  capUsed: gauge(
    "plumbline.cap.used",
    "1",
    "Share of a cap that is used or reserved in the hour, day or month under way; 1 is all of it",
    [a.plumblineScope, a.plumblineSpan, a.plumblineUnit],
  ),
  errorBudgetLeft: gauge(
    "plumbline.error_budget.left",
    "1",
    "Share of an error budget that is left in its window; below 0 it is overdrawn",
    [a.plumblineTarget, a.plumblineObjective],
  ),
  baselineLatency: gauge(
    "plumbline.baseline.latency",
    "s",
    "The judge's band of a time at this hour: lower, usual and upper; no band while it is learned",
    [...ofProbe, a.plumblineSeries, a.plumblineBound],
  ),
  baselineTokens: gauge(
    "plumbline.baseline.tokens",
    "{token}",
    "The judge's band of a number of tokens at this hour: lower, usual and upper; none for a number that never varies",
    [...ofProbe, a.plumblineSeries, a.plumblineBound],
  ),
  outputEnrolled: gauge("plumbline.output.enrolled", "1", "Share of an enrolment that is done", ofProbe),
  outputEvidence: gauge(
    "plumbline.output.evidence",
    "1",
    "Evidence of another model, over what opens an incident: 1 is enough; usually far below",
    [...ofProbe, a.plumblineInstrument],
  ),
  targetBlind: gauge(
    "plumbline.target.blind",
    "s",
    "How long no probe of the target had a verdict in the last 24 hours",
    [a.plumblineTarget],
  ),
  clockSkew: gauge("plumbline.clock.skew", "s", "This machine's clock minus the queue's", []),
  deliveries: counter(
    "plumbline.deliveries",
    "{delivery}",
    "Attempts to hand over an alert: delivered, retried, given-up, gone or refused",
    [a.plumblineReceiver, a.plumblineOutcome],
  ),
  deliveryDuration: histogram(
    "plumbline.delivery.duration",
    "s",
    "How long one attempt to hand over an alert took",
    callBuckets,
    [a.plumblineReceiver],
  ),
  loopDelayMean: observed("nodejs.eventloop.delay.mean", "s", "Event loop delay since the last collection, mean"),
  loopDelayP99: observed(
    "nodejs.eventloop.delay.p99",
    "s",
    "Event loop delay since the last collection, 99th percentile",
  ),
  loopDelayMax: observed("nodejs.eventloop.delay.max", "s", "Event loop delay since the last collection, longest"),
} as const satisfies Record<string, MetricSpec>;

/** Which GenAI metric names are written; those of v1.41 unless `OTEL_SEMCONV_STABILITY_OPT_IN` asks for the newest. */
export type Conventions = "v1.41" | "latest";

export function conventionsOf(env: Readonly<Record<string, string | undefined>>): Conventions {
  const asked = env["OTEL_SEMCONV_STABILITY_OPT_IN"]?.split(",").map((it) => it.trim()) ?? [];
  return asked.includes("gen_ai_latest_experimental") ? "latest" : "v1.41";
}

/** The newest names of metrics; one that became several says by which attribute. */
export const latestNames: Readonly<Record<string, string | { by: string; names: Readonly<Record<string, string>> }>> = {
  "gen_ai.client.operation.duration": "gen_ai.client.inference.duration",
  "gen_ai.client.operation.time_to_first_chunk": "gen_ai.client.inference.time_to_first_chunk",
  "gen_ai.client.operation.time_per_output_chunk": "gen_ai.client.inference.time_per_output_chunk",
  "gen_ai.client.token.usage": {
    by: a.genAiTokenType,
    names: {
      input: "gen_ai.client.inference.operation.input_tokens",
      output: "gen_ai.client.inference.operation.output_tokens",
    },
  },
};

/** What Prometheus calls a metric, by OpenTelemetry's rules: what every collector calls it as well. */
export function prometheusName({ name, kind, unit }: MetricSpec): string {
  const plain = name.replaceAll(".", "_");
  const withUnit = unit === "s" && !plain.endsWith("_seconds") ? `${plain}_seconds` : plain;
  return kind === "counter" ? `${withUnit}_total` : withUnit;
}
