import { describe, expect, test } from "vitest";
import { observe } from "../../src/observation/observe.ts";
import { answerOf, hashedTops } from "../../src/observation/question.ts";
import { topLogprobs } from "../../src/protocol/chat/logprobs.ts";
import { chat } from "../../src/protocol/chat/chat.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { completion, ok } from "../run/fake-exchanger.ts";

const secret = "canaryKEY.3f9a1c77d2";

/** The observation of one reply to a drawn question. */
function observed(choice: JsonObject) {
  const outcome = ok(completion({ choices: [choice] }));
  const question = { cell: "number/en", drawn: 5, answers: ["7", "42"] };
  const ask = { messages: [{ role: "user", content: "a canary prompt" }], maxTokens: 1, stream: false, extra: {} };
  return observe(
    { name: "number/en", ask, question },
    {
      attempts: [
        { ordinal: 1, startedAtMs: 0, outcome, timings: { totalMs: 1 }, connection: "fresh", maxLoopDelayMs: 0 },
      ],
    },
    { protocol: chat, expectations: [], redact: (text) => text },
  );
}

describe("what is observed of a drawn question", () => {
  test("no prompt, completion or token (I6)", () => {
    const top = [
      { token: secret, logprob: -0.5 },
      { token: "7", logprob: -2 },
    ];
    const content = [{ token: secret, logprob: 0, top_logprobs: top }];
    const message = { role: "assistant", content: secret };
    const observation = observed({ index: 0, message, logprobs: { content }, finish_reason: "stop" });
    expect(observation.question).toEqual({ cell: "number/en", drawn: 5, answers: undefined });
    expect(observation.outcome).toMatchObject({ answer: answerOf(secret, { cell: "", answers: [] }) });
    expect(Object.keys((observation.outcome as { tops?: object }).tops ?? {})).toHaveLength(2);
    expect(JSON.stringify(observation)).not.toMatch(/canary/i);
  });

  const forms: readonly (readonly [string, JsonObject, readonly unknown[]])[] = [
    ["none", {}, []],
    ["the form of today", { logprobs: { content: [{ top_logprobs: [{ token: "a", logprob: -1 }] }] } }, [["a", -1]]],
    [
      "the older form",
      { logprobs: { top_logprobs: [{ a: -1, b: -2 }] } },
      [
        ["a", -1],
        ["b", -2],
      ],
    ],
    [
      "nonsense",
      { logprobs: { content: [{ top_logprobs: [{ token: 1, logprob: -1 }, { token: "a", logprob: 7 }, null] }] } },
      [],
    ],
  ];
  test.each(forms)("log-probabilities: %s", (_name, choice, pairs) => {
    expect(topLogprobs({ choices: [choice] })).toEqual(pairs);
  });

  test("a reply can't list more tokens than are kept", () => {
    const many = Array.from({ length: 1000 }, (_, index) => [`t${index}`, -index] as const);
    expect(Object.keys(hashedTops(many) ?? {})).toHaveLength(8);
  });
});
