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
    "1 if the newest judged run of the probe was ok or warn, 0 if it failed or drifted",
    ofProbe,
  ),
  probeDuration: gauge("probe_duration_seconds", "s", "Duration of the last call of the newest judged run", ofProbe),
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
    "Runs of unknown cost; their reservation counts against the cap",
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
    "Time between the due time of a slot and the moment a worker took it",
    lateBuckets,
    [a.plumblineLocation],
  ),
  reconciliations: counter(
    "plumbline.reconciliations",
    "{look}",
    "Comparisons of the schedules with the configuration, by outcome",
    [a.plumblineOutcome],
  ),
  repairs: counter("plumbline.schedule.repairs", "{schedule}", "Lost schedules that Plumbline restored", []),
  missed: counter("plumbline.slots.missed", "{slot}", "Due slots that no worker took in time", []),
  slotsRefused: counter(
    "plumbline.slots.refused",
    "{job}",
    "Ignored jobs of the queue: their slot is not on the schedule, not due or long past, or nobody asked for it",
    [a.plumblineReason],
  ),
  slotsAdded: counter("plumbline.slots.added", "{slot}", "Due slots added to the queue", [a.plumblineLocation]),
  slotsLeftOut: counter(
    "plumbline.slots.left_out",
    "{slot}",
    "Due slots recorded as missed at once because the workers of the location cannot keep up",
    [a.plumblineLocation],
  ),
  interrupted: counter("plumbline.slots.interrupted", "{slot}", "Slots whose worker did not finish them", []),
  queueDepth: gauge("plumbline.queue.depth", "{job}", "Jobs of a queue, by state: waiting, active or failed", [
    a.plumblineQueue,
    a.plumblineState,
  ]),
  queueDuration: histogram("plumbline.queue.duration", "s", "Response time of the queue", storeBuckets, []),
  queueWritable: gauge("plumbline.queue.writable", "", "1 if the queue accepts writes, 0 if it refuses them", []),
  roleHeld: gauge(
    "plumbline.role.held",
    "",
    "1 if a process has the role, 0 if none has had it since the last one stopped",
    [a.plumblineRole, a.plumblineLocation],
  ),
  oldestDueAge: gauge("plumbline.outbox.oldest_due_age", "s", "Time since the oldest undelivered alert was due", []),
  healthChecked: gauge(
    "plumbline.health.timestamp",
    "s",
    "Time of the last finished check of the store, queue or clock, in seconds since 1970",
    [a.plumblineCheck],
  ),
  storeDuration: histogram("plumbline.store.duration", "s", "Time that the store needed for one run", storeBuckets, [
    a.plumblineOperation,
  ]),
  exportFailures: counter("plumbline.telemetry.failed_exports", "{batch}", "Batches that no collector accepted", []),
  droppedSpans: counter(
    "plumbline.telemetry.dropped_spans",
    "{span}",
    "Spans dropped because too many were waiting",
    [],
  ),
  configurationTaken: gauge(
    "plumbline.config.last_reload_successful",
    "",
    "1 if the newest configuration file is active, 0 if it was rejected and the previous one is active",
    [],
  ),
  incidentsOpen: gauge("plumbline.incidents.open", "{incident}", "Incidents that are open or acknowledged", [
    a.plumblineSeverity,
  ]),
  capUsed: gauge(
    "plumbline.cap.used",
    "1",
    "Used and reserved share of a cap in the current hour, day or month; 1 is the whole cap",
    [a.plumblineScope, a.plumblineSpan, a.plumblineUnit],
  ),
  errorBudgetLeft: gauge(
    "plumbline.error_budget.left",
    "1",
    "Remaining share of an error budget in its window; below 0 if it is used up",
    [a.plumblineTarget, a.plumblineObjective],
  ),
  baselineLatency: gauge(
    "plumbline.baseline.latency",
    "s",
    "Baseline band of a time at this hour: lower, usual and upper; none while Plumbline learns",
    [...ofProbe, a.plumblineSeries, a.plumblineBound],
  ),
  baselineTokens: gauge(
    "plumbline.baseline.tokens",
    "{token}",
    "Baseline band of a token count at this hour: lower, usual and upper; none for a count that never varies",
    [...ofProbe, a.plumblineSeries, a.plumblineBound],
  ),
  outputEnrolled: gauge("plumbline.output.enrolled", "1", "Finished share of an enrolment", ofProbe),
  outputEvidence: gauge(
    "plumbline.output.evidence",
    "1",
    "Evidence of another model, relative to the threshold of an incident: 1 opens one; usually far below",
    [...ofProbe, a.plumblineInstrument],
  ),
  targetBlind: gauge(
    "plumbline.target.blind",
    "s",
    "Time in the last 24 hours without a verdict of any probe of the target",
    [a.plumblineTarget],
  ),
  clockSkew: gauge("plumbline.clock.skew", "s", "Clock of this machine minus clock of the queue", []),
  deliveries: counter("plumbline.deliveries", "{delivery}", "Attempts to deliver an alert, by outcome", [
    a.plumblineReceiver,
    a.plumblineOutcome,
  ]),
  deliveryDuration: histogram(
    "plumbline.delivery.duration",
    "s",
    "Duration of one attempt to deliver an alert",
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
