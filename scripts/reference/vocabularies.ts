import type { Instrument } from "../../src/judgement/output/samples.ts";
import type { SlotRefusal } from "../../src/schedule/admission.ts";
import type { DeliveryOutcome } from "../../src/notify/compose/alert.ts";
import type { Phase, TransportFault } from "../../src/exchange/exchange.ts";
import type { TransitionKind } from "../../src/incident/incident.ts";
import type { FindingKind, Severity, Verdict } from "../../src/judgement/judgement.ts";
import type { MissReason, RunState, SkipReason } from "../../src/run/run.ts";
import type { ReconcileReport } from "../../src/schedule/reconciler.ts";
import { attributes as a, type Document, type LinkKind } from "../../src/telemetry/names.ts";

/** A closed list of values and what each means, where its name does not say it. The types keep it whole. */
type Vocabulary<Value extends string> = Readonly<Record<Value, string>>;

const states: Vocabulary<RunState> = {
  claimed: "a worker has taken it, and the run has not ended",
  done: "the run has a result",
  interrupted: "the worker stopped during the run; Plumbline does not send it again",
  missed: "no worker took it in time",
  skipped: "Plumbline left it out on purpose: see the reason",
};

const verdicts: Vocabulary<Verdict> = {
  ok: "as expected",
  warn: "differs a little; no alert",
  drift: "outside the baseline",
  fail: "no answer, or an answer that breaks a rule",
  inconclusive: "the run says nothing about the target",
};

const findingKinds: Vocabulary<FindingKind> = {
  availability: "no usable answer",
  expectation: "breaks a rule of the scenario",
  policy: "a completion where the target must refuse",
  contract: "the structure of the reply",
  "error-shape": "the structure of error replies",
  latency: "durations",
  usage: "token counts",
  output: "answers that differ from the baseline's model",
  budget: "money, tokens and error budgets",
  monitor: "a problem of Plumbline",
};

const reasons: Vocabulary<SkipReason | MissReason | SlotRefusal | "taken"> = {
  overlap: "the previous run has not ended",
  "spend-cap": "the run could exceed a spend cap",
  paused: "somebody paused the probe",
  stale: "a worker took it too late",
  "no-worker": "no worker took it",
  overload: "the workers of its location cannot keep up",
  taken: "another worker has the slot",
  "not-on-schedule": "the queue had a job for a slot that is not on the schedule",
  "not-due": "the queue had a job for a slot in the future",
  over: "the queue had a job for a slot of more than 10 minutes ago",
  "not-asked-for": "the queue had a job for a run that nobody asked for",
};

const severities: Vocabulary<Severity> = {
  breaking: "clients fail",
  risky: "clients can misread the reply",
  informative: "no alert",
};

const spans: Vocabulary<"hour" | "day" | "month"> = {
  hour: "the current hour, UTC",
  day: "the current day, UTC",
  month: "the current month, UTC",
};
const units: Vocabulary<"microUsd" | "tokens" | "requests"> = {
  microUsd: "millionths of a US dollar",
  tokens: "of prompts and completions",
  requests: "sent to the target",
};
const objectives: Vocabulary<"availability" | "latency"> = {
  availability: "runs that did not fail",
  latency: "runs that were fast enough",
};

const comparedBy: Vocabulary<Instrument | "all" | "pairs"> = {
  choices: "words that the model chooses at random",
  logprobs: "log-probabilities of the likeliest first tokens",
  distance: "all these log-probabilities together",
  decimals: "how log-probabilities are rounded, or that they are missing",
  borders: "first tokens of inputs between two answers",
  repeats: "equal answers to a repeated question",
  all: "choices, borders and distance together",
  pairs: "answers compared with those of the reference",
};

const bounds: Vocabulary<"lower" | "usual" | "upper"> = {
  lower: "1 of 20 values is below it",
  usual: "the middle",
  upper: "1 of 20 values is above it",
};
const measured: Readonly<Record<string, string>> = {
  "total time": "of the last call",
  "time to first content": "of a stream",
  "largest gap": "longest pause within a stream",
  "time per output token": "of a stream, after the first",
  "completion tokens": "tokens of the answer",
  "reasoning tokens": "tokens that the model used to think",
};

const linkKinds: Vocabulary<LinkKind> = {
  producer: "the span that put the slot into the queue",
  baseline: "the run that completed the newest baseline",
  evidence: "a run that the alert is about",
};

const transitions: Vocabulary<TransitionKind> = {
  opened: "the incident opened",
  reopened: "the incident reopened",
  escalated: "its severity rose",
  reminded: "still open, and nobody has acknowledged it",
  unacknowledged: "nobody has acknowledged it: Plumbline notifies others",
  acknowledged: "somebody acknowledged it",
  resolved: "the incident resolved",
};

const deliveryOutcomes: Vocabulary<DeliveryOutcome["kind"]> = {
  delivered: "the receiver accepted it",
  failed: "Plumbline will retry",
  gone: "the receiver answered 410: no more deliveries",
  refused: "the receiver refused it: no retry",
};

type Handover = Exclude<DeliveryOutcome["kind"], "failed"> | "retried" | "given-up";
const handovers: Vocabulary<Handover> = {
  delivered: "the receiver accepted it",
  retried: "Plumbline will retry",
  "given-up": "retried for one day without success",
  gone: "the receiver answered 410: no more deliveries",
  refused: "the receiver refused it: no retry",
};

const looks: Vocabulary<ReconcileReport["kind"]> = {
  done: "Plumbline compared the schedules",
  "not-elected": "another process is elected",
  skewed: "the clocks differ: no change",
};

type FaultName = Exclude<TransportFault["class"], "timeout"> | `timeout_${Phase}`;
const faults: Vocabulary<FaultName> = {
  dns: "the name is not found",
  connect: "no connection",
  tls: "the certificate is not trusted, or no common version",
  reset: "the connection broke",
  local: "a limit of the worker was reached, such as open files",
  malformed: "the reply is not HTTP",
  truncated: "the body ended early",
  "too-large": "larger than client.maxBody or client.maxEvents",
  "circuit-open": "not sent: client.circuit",
  "request-too-large": "not sent: client.maxRequest",
  timeout_connect: "it took longer than client.connect",
  "timeout_first-byte": "it took longer than client.firstByte",
  "timeout_first-content": "it took longer than client.firstContent",
  timeout_idle: "it took longer than client.idle",
  timeout_total: "it took longer than client.total",
};

const tokens: Vocabulary<"input" | "output"> = { input: "of the prompt", output: "of the completion" };
const storeWork: Vocabulary<"claim" | "commit"> = { claim: "take a slot", commit: "store a result" };
const documents: Vocabulary<Document> = { models: "the list of models", billing: "requests, tokens or money so far" };
const jobs: Vocabulary<"waiting" | "active" | "failed"> = {
  waiting: "no worker has taken it",
  active: "in progress",
  failed: "failed for good",
};

/** Where the values of an attribute come from, where that is no closed list. */
export const sources: Readonly<Record<string, string>> = {
  [a.genAiOperationName]: "`chat`",
  [a.genAiProviderName]: "the configuration",
  [a.genAiRequestModel]: "the configuration",
  [a.serverAddress]: "the configuration",
  [a.serverPort]: "the configuration",
  [a.plumblineProbe]: "the configuration",
  [a.plumblineTarget]: "the configuration",
  [a.plumblineScenario]: "the configuration",
  [a.plumblineLocation]: "the configuration",
  [a.plumblineReceiver]: "the configuration",
  [`${a.errorType} {method}`]:
    "a status of 400 or more, or a class of fault as on the span above, `timeout` without its phase",
  [`${a.errorType} chat {model}`]:
    "the provider's own code, else the status; a [class of fault](metrics.md#values-of-attributes)",
  [`${a.errorType} read {document}`]:
    "the provider's own code, else the status; a [class of fault](metrics.md#values-of-attributes)",
  [`${a.errorType} probe`]: "name of the exception",
  [a.genAiOutputType]: "`json`, `text`",
  [a.openaiApiType]: "`chat_completions`",
  [a.openaiAskedTier]: "the configuration",
  [`${a.errorType} judge`]: "name of the exception",
  [`${a.errorType} commit`]: "name of the exception",
  [a.plumblineRole]: "`scheduler`, `worker`, `notifier`, `web`",
  [a.plumblineCheck]: "`store`, `queue`, `clock`",
  [a.plumblineScope]: "`target/<name>`, `key/<reference>`, `all`",
  [a.deploymentEnvironment]: "the configuration",
  [a.genAiEvaluationName]: "`plumbline.verdict`, or `plumbline.` and a kind of finding",
  [a.genAiEvaluationLabel]: "a verdict, or a severity",
  [a.plumblineQueue]: "`plumbline-slots-<location>`, `plumbline-deliveries`",
};

/** The values of an attribute; on the metric with that name, where they differ from one to the other. */
export const vocabularies: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [a.plumblineState]: states,
  [`${a.plumblineState} plumbline.queue.depth`]: jobs,
  [a.plumblineVerdict]: verdicts,
  [a.plumblineFindingKind]: findingKinds,
  [a.plumblineFindingKinds]: findingKinds,
  [a.plumblineSeverity]: severities,
  [a.plumblineSpan]: spans,
  [a.plumblineUnit]: units,
  [a.plumblineObjective]: objectives,
  [a.plumblineSeries]: measured,
  [a.plumblineBound]: bounds,
  [a.plumblineInstrument]: comparedBy,
  [a.plumblineReason]: reasons,
  [a.plumblineLink]: linkKinds,
  [a.plumblineDocument]: documents,
  [`${a.plumblineLink} deliver`]: { evidence: linkKinds.evidence },
  [`${a.plumblineLink} probe`]: { producer: linkKinds.producer, baseline: linkKinds.baseline },
  [a.plumblineAlertEvent]: transitions,
  [a.plumblineOutcome]: deliveryOutcomes,
  [`${a.plumblineOutcome} plumbline.deliveries`]: handovers,
  [`${a.plumblineOutcome} plumbline.reconciliations`]: looks,
  [a.errorType]: faults,
  [a.genAiTokenType]: tokens,
  [a.plumblineOperation]: storeWork,
};
