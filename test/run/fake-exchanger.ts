import type { Exchange, Exchanger, HttpRequest, Outcome } from "../../src/exchange/exchange.ts";
import type { Json, JsonObject } from "../../src/std/json.ts";

/** A chat completion as a well-behaved provider answers it, with members replaced or (undefined) removed. */
export function completion(change: { [member: string]: Json | undefined } = {}, promptTokens = 9): JsonObject {
  const body: { [member: string]: Json | undefined } = {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "gpt-4o-mini",
    choices: [{ index: 0, message: { role: "assistant", content: "plumb" }, finish_reason: "stop" }],
    usage: { prompt_tokens: promptTokens, completion_tokens: 2, total_tokens: promptTokens + 2 },
    ...change,
  };
  return JSON.parse(JSON.stringify(body)) as JsonObject;
}

export const ok = (value: Json = completion()): Outcome => ({
  kind: "reply",
  status: 200,
  headers: { "content-type": "application/json", "x-request-id": "req-1" },
  body: { form: "json", value, bytes: 100 },
});

export interface FakeExchanger extends Exchanger {
  readonly sent: HttpRequest[];
}

/** Answers with what `answer` says at that moment, in 100 ms, give or take a little. */
export function fakeExchanger(answer: (request: HttpRequest) => Outcome, totalMs = (): number => 100): FakeExchanger {
  const sent: HttpRequest[] = [];
  return {
    sent,
    async exchange(request): Promise<Exchange> {
      sent.push(request);
      const outcome = answer(request);
      const timings = { totalMs: totalMs(), firstByteMs: 50 };
      return { attempts: [{ ordinal: 1, startedAtMs: 0, outcome, timings, connection: "fresh", maxLoopDelayMs: 0 }] };
    },
  };
}
