/**
 * Every span, attribute and metric name, once. The GenAI names are those of the OpenTelemetry semantic
 * conventions v1.41, the last release that held them; HTTP names are stable ones.
 */
export const spanNames = {
  probe: "probe",
  chat: (model: string): string => `chat ${model}`,
  http: (method: string): string => method,
  judge: "judge",
  deliver: "deliver",
} as const;

export const attributes = {
  genAiOperationName: "gen_ai.operation.name",
  genAiProviderName: "gen_ai.provider.name",
  genAiRequestModel: "gen_ai.request.model",
  genAiRequestMaxTokens: "gen_ai.request.max_tokens",
  genAiRequestStream: "gen_ai.request.stream",
  genAiResponseModel: "gen_ai.response.model",
  genAiResponseFinishReasons: "gen_ai.response.finish_reasons",
  genAiTimeToFirstChunk: "gen_ai.response.time_to_first_chunk",
  genAiInputTokens: "gen_ai.usage.input_tokens",
  genAiOutputTokens: "gen_ai.usage.output_tokens",
  genAiCacheReadTokens: "gen_ai.usage.cache_read.input_tokens",
  genAiReasoningTokens: "gen_ai.usage.reasoning.output_tokens",
  httpMethod: "http.request.method",
  httpStatus: "http.response.status_code",
  httpResendCount: "http.request.resend_count",
  urlFull: "url.full",
  serverAddress: "server.address",
  serverPort: "server.port",
  errorType: "error.type",
  syntheticType: "user_agent.synthetic.type",
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
  plumblineReceiver: "plumbline.receiver",
} as const;

export const instrumentationScope = "plumbline";
