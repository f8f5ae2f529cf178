import { attributes as a, type spanNames } from "./names.ts";

export interface SpanWords {
  /** As people see it; braces hold what differs. */
  readonly name: string;
  readonly kind: "INTERNAL" | "CLIENT" | "PRODUCER" | "CONSUMER";
  readonly below: string;
  readonly meaning: string;
  /** When its status is ERROR. */
  readonly error: string;
  /** What it is linked to; empty when to nothing. */
  readonly links: string;
  readonly attributes: readonly string[];
}

/** What a span stands for, and every attribute it may have. */
export const spanWords = {
  probe: {
    name: "probe",
    kind: "INTERNAL",
    below: "–",
    meaning: "one run, from taking the slot to its result in the store",
    error: "the verdict is fail or drift, or the run broke off; a refusal that was expected leaves it as it is",
    links:
      "the queue's span addBulk that put its slot there; the span probe of the run that its newest baseline was learned with",
    attributes: [
      a.plumblineProbe,
      a.plumblineTarget,
      a.plumblineScenario,
      a.plumblineLocation,
      a.plumblineRun,
      a.plumblineSlot,
      a.plumblineLateness,
      a.plumblineState,
      a.plumblineReason,
      a.plumblineVerdict,
      a.plumblineFindingKinds,
      a.plumblineCost,
      a.plumblineBaselineVersion,
      a.plumblineLink,
      a.errorType,
      a.syntheticType,
    ],
  },
  chat: {
    name: "chat {model}",
    kind: "CLIENT",
    below: "probe",
    meaning: "one question to a model, retries included",
    error: "the call met a fault, or the status is 400 or more",
    links: "",
    attributes: [
      a.genAiOperationName,
      a.genAiProviderName,
      a.genAiRequestModel,
      a.genAiRequestMaxTokens,
      a.genAiRequestStream,
      a.genAiRequestTemperature,
      a.genAiRequestTopP,
      a.genAiRequestSeed,
      a.genAiRequestChoices,
      a.genAiOutputType,
      a.genAiResponseId,
      a.genAiResponseModel,
      a.openaiApiType,
      a.openaiAskedTier,
      a.openaiServiceTier,
      a.genAiResponseFinishReasons,
      a.genAiTimeToFirstChunk,
      a.genAiInputTokens,
      a.genAiOutputTokens,
      a.genAiCacheReadTokens,
      a.genAiReasoningTokens,
      a.plumblineRequestId,
      a.plumblineChunks,
      a.plumblineInjected,
      a.serverAddress,
      a.serverPort,
      a.errorType,
      a.syntheticType,
    ],
  },
  read: {
    name: "read {document}",
    kind: "CLIENT",
    below: "probe",
    meaning: "one document asked for, where no model is to answer, retries included; no GenAI metric counts it",
    error: "the call met a fault, or the status is 400 or more",
    links: "",
    attributes: [
      a.plumblineDocument,
      a.genAiProviderName,
      a.plumblineRequestId,
      a.plumblineInjected,
      a.serverAddress,
      a.serverPort,
      a.errorType,
      a.syntheticType,
    ],
  },
  http: {
    name: "{method}",
    kind: "CLIENT",
    below: "chat {model} or read {document}",
    meaning: "one attempt; says what HTTP says",
    error: "the attempt met a fault, or the status is 400 or more",
    links: "",
    attributes: [
      a.httpMethod,
      a.httpStatus,
      a.httpResendCount,
      a.plumblineInjected,
      a.urlFull,
      a.serverAddress,
      a.serverPort,
      a.errorType,
      a.syntheticType,
    ],
  },
  judge: {
    name: "judge",
    kind: "INTERNAL",
    below: "commit",
    meaning: "comparing with what is normal",
    error: "it failed: a bug",
    links: "",
    attributes: [a.errorType],
  },
  commit: {
    name: "commit",
    kind: "INTERNAL",
    below: "probe",
    meaning: "writing run, baselines, incident and outbox, in one transaction",
    error: "the store did not take it",
    links: "",
    attributes: [a.errorType],
  },
  deliver: {
    name: "deliver",
    kind: "PRODUCER",
    below: "the queue's span process",
    meaning: "one attempt to hand over an alert",
    error: "it was not delivered",
    links: "the spans probe of the runs that are the alert's evidence",
    attributes: [
      a.plumblineDelivery,
      a.plumblineReceiver,
      a.plumblineIncident,
      a.plumblineAlertEvent,
      a.plumblineFindingKind,
      a.plumblineTarget,
      a.plumblineScenario,
      a.plumblineAttempt,
      a.plumblineOutcome,
      a.plumblineLink,
    ],
  },
} as const satisfies Record<keyof typeof spanNames, SpanWords>;
