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
  claimed: "taken, not yet ended",
  done: "it ran",
  interrupted: "its worker ended in the middle; it is not sent again",
  missed: "nobody took it in time",
  skipped: "it was left out on purpose",
};

const verdicts: Vocabulary<Verdict> = {
  ok: "as it should be",
  warn: "worth a look, wakes nobody",
  drift: "outside of what is normal",
  fail: "no answer, or one that breaks a rule",
  inconclusive: "nothing can be said of the target",
};

const findingKinds: Vocabulary<FindingKind> = {
  availability: "no usable answer",
  expectation: "breaks a rule of the scenario",
  policy: "a completion where none may be",
  contract: "the shape of the reply",
  "error-shape": "how errors are wrapped",
  latency: "times",
  usage: "token counts",
  output: "answers that another model would give",
  budget: "money, tokens and error budgets",
  monitor: "trouble of the monitor itself",
};

const reasons: Vocabulary<SkipReason | MissReason | SlotRefusal | "taken"> = {
  overlap: "the run before still goes on",
  "spend-cap": "it could pass a cap",
  paused: "somebody paused the probe",
  stale: "it was taken too late",
  "no-worker": "no worker took it",
  overload: "the workers of its location cannot keep up",
  taken: "another worker has it",
  "not-on-schedule": "the queue had a job for a slot that the schedule does not name",
  "not-due": "the queue had a job for a slot to come",
  over: "the queue had a job for a slot of more than 10 minutes ago",
  "not-asked-for": "the queue had a job that nobody asked for",
};

const severities: Vocabulary<Severity> = {
  breaking: "users are affected",
  risky: "worth a look soon",
  informative: "notifies nobody",
};

const spans: Vocabulary<"hour" | "day" | "month"> = {
  hour: "the hour under way, UTC",
  day: "the day under way, UTC",
  month: "the month under way, UTC",
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
  choices: "words that models choose at random",
  logprobs: "log-probabilities of the likeliest first tokens",
  distance: "all these log-probabilities together",
  decimals: "how log-probabilities are rounded, or that they are missing",
  borders: "first tokens of inputs that are undecided",
  repeats: "equal answers to a repeated question",
  all: "choices, borders and distance together",
  pairs: "answers beside those of the reference",
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
  producer: "it put the slot into the queue, with others that were due soon, or when somebody asked for it",
  baseline: "the run that the newest baseline was learned with",
  evidence: "a run that the alert tells of",
};

const transitions: Vocabulary<TransitionKind> = {
  opened: "it began",
  reopened: "it came back",
  escalated: "it got worse",
  reminded: "it still lasts and nobody has taken it on",
  unacknowledged: "nobody has taken it on: others are told",
  acknowledged: "somebody has taken it on",
  resolved: "it is over",
};

const deliveryOutcomes: Vocabulary<DeliveryOutcome["kind"]> = {
  delivered: "the receiver has it",
  failed: "to be tried again",
  gone: "it wants no more: 410",
  refused: "will never work",
};

type Handover = Exclude<DeliveryOutcome["kind"], "failed"> | "retried" | "given-up";
const handovers: Vocabulary<Handover> = {
  delivered: "the receiver has it",
  retried: "to be tried again",
  "given-up": "tried for a day",
  gone: "it wants no more: 410",
  refused: "will never work",
};

const looks: Vocabulary<ReconcileReport["kind"]> = {
  done: "schedules were compared",
  "not-elected": "another process does it",
  skewed: "clocks disagree: nothing was changed",
};

type FaultName = Exclude<TransportFault["class"], "timeout"> | `timeout_${Phase}`;
const faults: Vocabulary<FaultName> = {
  dns: "the name is not found",
  connect: "no connection",
  tls: "no trust in the certificate, or no common version",
  reset: "the connection broke",
  local: "a limit of the worker was reached, such as open files",
  malformed: "what came is no HTTP",
  truncated: "the body ended early",
  "too-large": "more than client.maxBody or client.maxEvents",
  "circuit-open": "not sent: client.circuit",
  "request-too-large": "not sent: client.maxRequest",
  timeout_connect: "it took longer than client.connect",
  "timeout_first-byte": "it took longer than client.firstByte",
  "timeout_first-content": "it took longer than client.firstContent",
  timeout_idle: "it took longer than client.idle",
  timeout_total: "it took longer than client.total",
};

const tokens: Vocabulary<"input" | "output"> = { input: "of the prompt", output: "of the completion" };
const storeWork: Vocabulary<"claim" | "commit"> = { claim: "taking a slot", commit: "writing a result" };
const documents: Vocabulary<Document> = { models: "the list of models", billing: "requests, tokens or money so far" };
const jobs: Vocabulary<"waiting" | "active" | "failed"> = {
  waiting: "not yet taken",
  active: "being worked on",
  failed: "given up",
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
