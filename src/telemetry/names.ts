/**
 * Every name of a span or attribute, once; those of metrics are in metric-names.ts. The GenAI names are those of the OpenTelemetry semantic
 * conventions v1.41, the last release that held them; HTTP names are stable ones.
 */
export const spanNames = {
  probe: "probe",
  chat: (model: string): string => `chat ${model}`,
  read: (document: Document): string => `read ${document}`,
  http: (method: string): string => method,
  judge: "judge",
  commit: "commit",
  deliver: "deliver",
} as const;

/** The conventions' event for an opinion on a reply; it is an event of the span, because that is where backends look. */
export const evaluationEvent = "gen_ai.evaluation.result";

export const attributes = {
  genAiOperationName: "gen_ai.operation.name",
  genAiProviderName: "gen_ai.provider.name",
  genAiRequestModel: "gen_ai.request.model",
  genAiRequestMaxTokens: "gen_ai.request.max_tokens",
  genAiRequestStream: "gen_ai.request.stream",
  genAiRequestTemperature: "gen_ai.request.temperature",
  genAiRequestTopP: "gen_ai.request.top_p",
  genAiRequestSeed: "gen_ai.request.seed",
  genAiRequestChoices: "gen_ai.request.choice.count",
  genAiOutputType: "gen_ai.output.type",
  genAiResponseId: "gen_ai.response.id",
  genAiResponseModel: "gen_ai.response.model",
  openaiApiType: "openai.api.type",
  openaiAskedTier: "openai.request.service_tier",
  openaiServiceTier: "openai.response.service_tier",
  genAiResponseFinishReasons: "gen_ai.response.finish_reasons",
  genAiTimeToFirstChunk: "gen_ai.response.time_to_first_chunk",
  genAiInputTokens: "gen_ai.usage.input_tokens",
  genAiOutputTokens: "gen_ai.usage.output_tokens",
  genAiCacheReadTokens: "gen_ai.usage.cache_read.input_tokens",
  genAiReasoningTokens: "gen_ai.usage.reasoning.output_tokens",
  genAiTokenType: "gen_ai.token.type",
  httpMethod: "http.request.method",
  httpStatus: "http.response.status_code",
  httpResendCount: "http.request.resend_count",
  urlFull: "url.full",
  serverAddress: "server.address",
  serverPort: "server.port",
  errorType: "error.type",
  syntheticType: "user_agent.synthetic.type",
  deploymentEnvironment: "deployment.environment.name",
  genAiEvaluationName: "gen_ai.evaluation.name",
  genAiEvaluationLabel: "gen_ai.evaluation.score.label",
  genAiEvaluationValue: "gen_ai.evaluation.score.value",
  plumblineProbe: "plumbline.probe",
  plumblineTarget: "plumbline.target",
  plumblineScenario: "plumbline.scenario",
  plumblineLocation: "plumbline.location",
  plumblineRun: "plumbline.run",
  plumblineSlot: "plumbline.slot",
  plumblineLateness: "plumbline.lateness_ms",
  plumblineState: "plumbline.state",
  plumblineVerdict: "plumbline.verdict",
  plumblineFindingKinds: "plumbline.finding_kinds",
  plumblineCost: "plumbline.cost_micro_usd",
  plumblineBaselineVersion: "plumbline.baseline_version",
  plumblineFindingKind: "plumbline.finding_kind",
  plumblineReceiver: "plumbline.receiver",
  plumblineIncident: "plumbline.incident",
  plumblineSeverity: "plumbline.severity",
  plumblineScope: "plumbline.scope",
  plumblineUnit: "plumbline.unit",
  plumblineSpan: "plumbline.span",
  plumblineObjective: "plumbline.objective",
  plumblineSeries: "plumbline.series",
  plumblineBound: "plumbline.bound",
  plumblineInstrument: "plumbline.instrument",
  plumblineAlertEvent: "plumbline.alert_event",
  plumblineDelivery: "plumbline.delivery",
  plumblineOutcome: "plumbline.outcome",
  plumblineReason: "plumbline.reason",
  plumblineAttempt: "plumbline.attempt",
  plumblineQueue: "plumbline.queue",
  plumblineRole: "plumbline.role",
  plumblineCheck: "plumbline.check",
  plumblineOperation: "plumbline.operation",
  plumblineRequestId: "plumbline.request_id",
  plumblineChunks: "plumbline.chunks",
  plumblineInjected: "plumbline.injected",
  plumblineLink: "plumbline.link",
  plumblineDocument: "plumbline.document",
} as const;

/** What a target is asked for that is no operation of the GenAI conventions: the list of models, or what it has counted. */
export type Document = "models" | "billing";

/** What a linked span is to the one that is linked: the value of `plumbline.link`. */
export type LinkKind = "producer" | "baseline" | "evidence";

export const linkedAs = (kind: LinkKind): Record<string, LinkKind> => ({ [attributes.plumblineLink]: kind });

export const instrumentationScope = "plumbline";
