import { chat } from "../../src/protocol/chat/chat.ts";
import { expect, test } from "vitest";
import { observe } from "../../src/observation/observe.ts";
import { runRecord } from "../../src/run/record.ts";
import type { RunReport } from "../../src/run/run.ts";
import type { Exchange, Outcome } from "../../src/exchange/exchange.ts";
import { probe } from "../probe/samples.ts";
import { ok } from "./fake-exchanger.ts";

const report: RunReport = {
  runId: "run_1",
  probeId: probe.id,
  probe: probe.name,
  target: probe.target.name,
  model: probe.target.model,
  scenario: probe.scenario.name,
  location: probe.location,
  slotMs: Date.parse("2026-01-01T00:00:00Z"),
  state: "done",
  verdict: "ok",
  findings: [],
  unjudged: [],
  spent: { requests: 2, tokens: 11, microUsd: 7 },
  traceId: "0af7651916cd43dd8448eb211c80319c",
};

const call = {
  name: "ask",
  ask: { messages: [], maxTokens: 5, stream: false, extra: {} },
};

function seen(...outcomes: [Outcome, ...Outcome[]]) {
  const [first, ...rest] = outcomes.map((outcome, place) => ({
    ordinal: place + 1,
    startedAtMs: 0,
    outcome,
    timings: { totalMs: 104.56, firstByteMs: 50 },
    connection: "fresh" as const,
    maxLoopDelayMs: 0,
  }));
  const exchange: Exchange = { attempts: [first!, ...rest] };
  return observe(call, exchange, { protocol: chat, expectations: [], redact: (text) => text });
}

test("the record of a run says what an audit asks to find of a request later", () => {
  const record = runRecord(probe, report, [seen({ kind: "fault", class: "reset" }, ok())], "b7ad6b7169203331");
  expect(record).toMatchObject({
    run: "run_1",
    trace_id: report.traceId,
    span_id: "b7ad6b7169203331",
    endpoint: "chat-completions",
    model: probe.target.model,
    answeredModel: "gpt-4o-mini",
    status: 200,
    latencyMs: 104.6,
    firstByteMs: 50,
    retries: 1,
    timedOut: false,
    fallback: false,
    promptTokens: 9,
    completionTokens: 2,
    requestId: "req-1",
    slot: "2026-01-01T00:00:00.000Z",
    verdict: "ok",
  });
});

test("a refusal by its code and a message of nobody's words; a time-out by its phase; a fallback by its name", () => {
  const refusal: Outcome = {
    kind: "reply",
    status: 401,
    headers: { "content-type": "application/json" },
    body: {
      form: "json",
      bytes: 9,
      value: {
        error: { message: "Incorrect API key provided: zebra", type: "invalid_request_error", code: "invalid_api_key" },
      },
    },
  };
  expect(runRecord(probe, report, [seen(refusal)], "")).toMatchObject({
    status: 401,
    errorCode: "invalid_api_key",
    errorMessage: "Incorrect API key provided: …",
  });
  const timeout = seen({ kind: "fault", class: "timeout", phase: "first-byte" });
  expect(runRecord(probe, report, [timeout], "")).toMatchObject({
    timedOut: true,
    phase: "first-byte",
    fault: "timeout",
  });
  expect(runRecord(probe, report, [{ ...timeout, via: "other" }], "")).toMatchObject({
    fallback: true,
    answeredBy: "other",
  });
});

test("a slot that did not run says why and nothing of a call", () => {
  const record = runRecord(probe, { ...report, state: "skipped", reason: "overlap", verdict: undefined }, [], "");
  expect(record).toMatchObject({ state: "skipped", reason: "overlap", calls: 0 });
  expect(record).not.toHaveProperty("status");
  expect(record["endpoint"]).toBeUndefined();
});
