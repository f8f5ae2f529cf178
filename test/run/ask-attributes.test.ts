import { expect, test } from "vitest";
import { askAttributes } from "../../src/run/ask-attributes.ts";

const ask = { messages: [{ role: "user", content: "a prompt" }], maxTokens: 7, stream: false, extra: {} };

test("a plain ask tells of its limit alone", () => {
  expect(askAttributes(ask, "cometapi")).toEqual({ "gen_ai.request.max_tokens": 7 });
});

test("what was set besides has the names of the conventions; one choice and no format go without saying", () => {
  const extra = { temperature: 0, top_p: 0.5, seed: 42, n: 2, response_format: { type: "json_schema" } };
  expect(askAttributes({ ...ask, stream: true, extra }, "cometapi")).toEqual({
    "gen_ai.request.max_tokens": 7,
    "gen_ai.request.stream": true,
    "gen_ai.request.temperature": 0,
    "gen_ai.request.top_p": 0.5,
    "gen_ai.request.seed": 42,
    "gen_ai.request.choice.count": 2,
    "gen_ai.output.type": "json",
  });
  expect(askAttributes({ ...ask, extra: { n: 1 } }, "cometapi")).toEqual({ "gen_ai.request.max_tokens": 7 });
});

test("names of openai are for openai only", () => {
  const extra = { service_tier: "flex" };
  const openai = { "gen_ai.request.max_tokens": 7, "openai.api.type": "chat_completions" };
  expect(askAttributes({ ...ask, extra }, "openai")).toEqual({ ...openai, "openai.request.service_tier": "flex" });
  expect(askAttributes({ ...ask, extra: { service_tier: "auto" } }, "openai")).toEqual(openai);
  expect(askAttributes({ ...ask, extra }, "groq")).toEqual({ "gen_ai.request.max_tokens": 7 });
});

test("text somebody wrote into the body is never said, wherever it stands", () => {
  const secret = "the eagle lands at dawn";
  const extra = {
    temperature: secret,
    top_p: [secret],
    seed: { secret },
    n: secret,
    stop: [secret],
    user: secret,
    service_tier: secret,
    response_format: { type: secret },
  };
  expect(JSON.stringify(askAttributes({ ...ask, extra }, "openai"))).not.toContain("eagle");
  expect(askAttributes({ ...ask, extra: { response_format: { type: "constructor" } } }, "groq")).toEqual({
    "gen_ai.request.max_tokens": 7,
  });
});
