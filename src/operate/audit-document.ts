import { z } from "zod";
import type { AuditDocument } from "../audit/document.ts";
import { json } from "./baselines.ts";

/** No text of an audit is longer, and no list has more lines. The whole is limited like every body. */
const text = z.string().max(20_000);
const short = z.string().min(1).max(200);
const listOf = <T extends z.ZodType>(item: T) => z.array(item).max(1000);
const amount = z.number().nullable();
const named = z.string().max(2000).nullable();

const accepted = z.object({
  item: short.describe("name of the rule or the item"),
  reason: text.describe("the reason"),
  by: text.describe("owner of the risk"),
  until: text.describe("last day, as an ISO date"),
});
const result = z.object({
  item: short.describe("name of the rule or the item"),
  condition: text.describe("what must hold"),
  state: z.enum(["met", "broken", "open"]).describe("whether the rule is met"),
  evidence: text.describe("observed value"),
  accepted: accepted.optional().describe("owner, if the rule is not met"),
});
const check = z.object({
  subject: text.describe("what was checked"),
  outcome: text.describe("outcome"),
  observed: text.describe("observed value"),
  expected: text.describe("what was expected"),
});
const finding = z.object({
  subject: text.describe("what was checked"),
  observed: text.describe("observed value"),
  expected: text.describe("what was expected"),
});

const run = z.object({
  run: short.describe("id of the run"),
  scenario: short.describe("name of the scenario"),
  summary: text.describe("what the scenario asks"),
  verdict: short.describe("the verdict"),
  reason: named.describe("the reason"),
  checks: listOf(check).describe("what was checked"),
  findings: listOf(finding).describe("rules that were broken"),
  requests: z.number().describe("requests that were sent"),
  microUsd: amount.describe("cost in millionths of a US dollar; null: not known"),
});

const evidenceRow = z.object({
  correlationId: short.describe("trace ID of the run and span within it"),
  run: short.describe("id of the run"),
  environment: text.describe("environment of the audit"),
  scenario: short.describe("name of the scenario"),
  call: text.describe("name of the call"),
  at: named.describe("time of sending; null: unknown"),
  endpoint: z.enum(["chat completions", "models", "billing"]).describe("endpoint of the request"),
  target: text.describe("name of the target"),
  model: text.describe("model that was asked for"),
  servedModel: named.describe("model that the reply names"),
  outcome: text.describe("outcome"),
  injected: named.describe("simulated fault; null: the request was sent to the target"),
  totalMs: z.number().describe("total time in milliseconds"),
  headersMs: amount.describe("time to the headers in milliseconds"),
  firstContentMs: amount.describe("time to the first content in milliseconds"),
  largestGapMs: amount.describe("longest gap in milliseconds"),
  retries: z.number().describe("number of repetitions"),
  timedOut: z.boolean().describe("a deadline ended the request"),
  fallback: z.boolean().describe("the fallback target was called"),
  promptTokens: amount.describe("tokens of the prompt"),
  completionTokens: amount.describe("tokens of the completion"),
  totalTokens: amount.describe("prompt and completion tokens together"),
  microUsd: amount.describe("cost in millionths of a US dollar; null: not known"),
  finishReason: named.describe("finish reason of the completion"),
  errorCode: named.describe("code of the error"),
  errorMessage: named.describe("message of the error, shortened and redacted"),
  requestId: named.describe("the provider's id of the request"),
  application: named.describe("version of the application"),
});

const worksheetItem = z.object({
  item: short.describe("name of the rule or the item"),
  toVerify: text.describe("what the item verifies"),
  expectation: text.describe("what is expected"),
  observed: text.describe("observed value"),
  runs: listOf(short).describe("ids of runs that show it"),
  source: text.describe("source of the expectation"),
});

/** The JSON that an audit writes. Members that it does not name are dropped. */
export const auditDocument = z
  .object({
    schema: z.literal(1).describe("version of the format"),
    id: short.describe("id of the request"),
    target: short.describe("name of the target"),
    baseUrl: text.describe("base URL, without secrets"),
    model: short.describe("model that was asked for"),
    provider: text.describe("the provider"),
    environment: short.describe("environment of the audit"),
    documentation: named.describe("the page that the contract was checked against"),
    startedAt: z.iso.datetime().describe("start time"),
    endedAt: z.iso.datetime().describe("end time"),
    announced: z
      .object({
        requests: z.number().describe("requests that were sent"),
        microUsd: amount.describe("cost in millionths of a US dollar; null: not known"),
        atMostRequests: z.number().describe("requests with every retry"),
        atMostMicroUsd: amount.describe("cost with every retry"),
      })
      .describe("what the scenario was expected to send"),
    sent: z
      .object({
        requests: z.number().describe("requests that were sent"),
        microUsd: amount.describe("cost in millionths of a US dollar; null: not known"),
        tokens: amount.describe("tokens; null: not known"),
      })
      .describe("what the scenario sent"),
    decision: z
      .object({
        readiness: z
          .enum(["READY", "READY WITH ACCEPTED RISKS", "NOT READY", "COULD NOT BE JUDGED"])
          .describe("the decision"),
        because: text.describe("the reason, in one sentence"),
        results: listOf(result).describe("result of each rule"),
      })
      .describe("the decision and its rules"),
    worksheet: listOf(worksheetItem).describe("the contract worksheet"),
    runbook: listOf(z.object({ name: text.describe("the question"), value: text.describe("the answer") })).describe(
      "the runbook record",
    ),
    runs: listOf(run).describe("the scenarios that were played"),
    evidence: listOf(evidenceRow).describe("requests that were sent"),
    sinks: listOf(
      z.object({
        sink: text.describe("searched output"),
        bytes: z.number().describe("amount of searched data"),
        found: listOf(text).describe("names of the secrets and canaries that were found"),
      }),
    ).describe("outputs that were searched for canaries"),
    shapes: listOf(
      z.object({
        scenario: short.describe("name of the scenario"),
        aspect: z.enum(["contract", "error-shape"]).describe("which replies the shape describes"),
        n: z.number().describe("replies it was learned from"),
        learned: json.describe("shape of the replies"),
      }),
    )
      .optional()
      .describe("shapes of the replies"),
    comparison: z
      .object({
        reference: short.describe("name of the other target"),
        result: z.enum(["same", "different", "cannot tell yet"]).describe("the result"),
        distance: z.number().describe("mean Jensen-Shannon divergence of the questions, in bits"),
        byChance: z.number().describe("what chance alone makes, in bits"),
        pairs: z.number().describe("pairs of answers"),
        answers: z
          .record(short, z.record(short, z.number()))
          .refine((cells) => Object.keys(cells).length <= 100, { error: "at most 100 questions" })
          .describe("how often the audited target gave each answer, by question"),
      })
      .optional()
      .describe("how the answers compare with those of another target"),
    suggestedProbes: z.string().max(100_000).describe("YAML of probes that continue to watch"),
  })
  .meta({ id: "AuditDocument", description: "the JSON that an audit writes" }) satisfies z.ZodType<AuditDocument>;
