import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/std/json.ts";
import { drifts, injectedPromptTokens } from "../../src/testbed/drifts.ts";
import { type Testbed, openTestbed } from "../../src/testbed/testbed.ts";

let testbed: Testbed;
let slept: number[];

beforeEach(async () => {
  slept = [];
  const sleep = async (durationMs: number) => void slept.push(durationMs);
  testbed = await openTestbed({ random: () => 0.5, pace: { minMs: 80, maxMs: 120 }, sleep });
});
afterEach(() => testbed.close());

const question = {
  model: "gpt-4o-mini",
  messages: [{ role: "user", content: "Which way is down?" }],
};
const streamed = { ...question, stream: true, stream_options: { include_usage: true } };

function ask(body: JsonObject, key = testbed.key): Promise<Response> {
  return fetch(`${testbed.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Ids and times differ from reply to reply; nothing else may. */
function stable(text: string): string {
  return text.replaceAll(/"chatcmpl-[^"]+"/g, '"ID"').replaceAll(/"created":\d+/g, '"created":0');
}

async function replies() {
  const asked = [ask(question), ask(streamed), ask(question, "sk-wrong"), ask({ messages: question.messages })];
  const [plain, stream, refused, modelless] = await Promise.all(
    asked.map(async (reply) => {
      const { status, headers, text } = await reply.then(async (got) => ({
        status: got.status,
        headers: got.headers,
        text: await got.text(),
      }));
      return { status, type: headers.get("content-type"), text: stable(text) };
    }),
  );
  return { plain, stream, refused, modelless };
}

describe("the test bed without drift", () => {
  it("answers, streams, refuses a wrong key and a missing model as a provider does", async () => {
    const { plain, stream, refused, modelless } = await replies();
    expect(plain).toMatchObject({ status: 200, type: "application/json" });
    expect(JSON.parse(plain?.text ?? "")).toMatchObject({
      choices: [{ message: { role: "assistant" }, finish_reason: "stop" }],
      usage: { prompt_tokens: expect.any(Number), total_tokens: expect.any(Number) },
    });
    expect(stream).toMatchObject({ status: 200, type: "text/event-stream" });
    expect(stream?.text).toMatch(/"usage":\{.*\n\ndata: \[DONE\]\n\n$/s);
    expect(refused?.status).toBe(401);
    expect(JSON.parse(refused?.text ?? "")).toMatchObject({ error: { code: "invalid_api_key" } });
    expect(modelless?.status).toBe(400);
    expect(JSON.parse(modelless?.text ?? "")).toMatchObject({
      error: { type: "invalid_request_error" },
    });
  });

  it("checks the key before it misses the model", async () => {
    expect((await ask({ messages: question.messages }, "sk-wrong")).status).toBe(401);
  });

  it("counts what it passed on, and waits before each", async () => {
    await replies();
    expect(testbed.requests()).toBe(4);
    expect(slept).toEqual([100, 100, 100, 100]);
  });
});

describe("each drift changes what it says and nothing else", () => {
  async function changedBy(name: Parameters<Testbed["inject"]>[0]) {
    const before = await replies();
    testbed.inject(name);
    const after = await replies();
    testbed.clear(name);
    expect(await replies()).toEqual(before);
    return { before, after };
  }

  it("field-removed: only the role of plain replies", async () => {
    const { before, after } = await changedBy("field-removed");
    expect(after.plain?.text).toBe(before.plain?.text.replace('"role":"assistant",', ""));
    expect({ ...after, plain: 0 }).toEqual({ ...before, plain: 0 });
  });

  it("error-envelope: only the refusals", async () => {
    const { before, after } = await changedBy("error-envelope");
    expect(after.refused).toEqual({ ...before.refused, text: '{"error":"Invalid API key"}' });
    expect(after.modelless).toEqual({
      ...before.modelless,
      text: '{"error":"you must provide a model parameter"}',
    });
    expect(after.plain).toEqual(before.plain);
    expect(after.stream).toEqual(before.stream);
  });

  it("prompt-tokens: only the prompt and the total, plain and streamed", async () => {
    const { before, after } = await changedBy("prompt-tokens");
    const jump = (text = "") =>
      text.replaceAll(/"(prompt_tokens|total_tokens)":(\d+)/g, (_all, field: string, count: string) => {
        return `"${field}":${Number(count) + injectedPromptTokens}`;
      });
    expect(after.plain?.text).toBe(jump(before.plain?.text));
    expect(after.stream?.text).toBe(jump(before.stream?.text));
    expect(after.stream?.text).not.toBe(before.stream?.text);
    expect(after.refused).toEqual(before.refused);
  });

  it("latency-doubled: only the wait", async () => {
    const { before, after } = await changedBy("latency-doubled");
    expect(after).toEqual(before);
    expect(slept.slice(4, 8)).toEqual([200, 200, 200, 200]);
  });

  it("usage-null: usage of replies and of the last chunk", async () => {
    const { before, after } = await changedBy("usage-null");
    expect(after.plain?.text).toBe(before.plain?.text.replace(/"usage":\{[^}]*\}/, '"usage":null'));
    expect(after.stream?.text).toBe(before.stream?.text.replace(/"usage":\{[^}]*\}/, '"usage":null'));
    expect(after.refused).toEqual(before.refused);
  });

  it("no-done: only the last event of streams", async () => {
    const { before, after } = await changedBy("no-done");
    expect(after.stream?.text).toBe(before.stream?.text.replace("data: [DONE]\n\n", ""));
    expect(after.plain).toEqual(before.plain);
  });

  it.each([
    ["http-500", 500, "application/json"],
    ["429-retry-after", 429, "application/json"],
    ["html-404", 404, "text/html; charset=utf-8"],
  ] as const)("%s: every reply", async (name, status, type) => {
    const { after } = await changedBy(name);
    for (const reply of Object.values(after)) expect(reply).toMatchObject({ status, type });
  });

  it("429-retry-after says how long", async () => {
    testbed.inject("429-retry-after");
    expect((await ask(question)).headers.get("retry-after")).toBe("2");
  });

  it("reset: no reply at all", async () => {
    testbed.inject("reset");
    const error: unknown = await ask(question).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ cause: { code: "ECONNRESET" } });
  });

  it("slow-body: the same bytes with pauses between them", async () => {
    const { before, after } = await changedBy("slow-body");
    expect(after).toEqual(before);
    expect(slept.filter((durationMs) => durationMs === 250).length).toBeGreaterThan(20);
  });

  it("several at once", async () => {
    for (const { name } of drifts.slice(0, 4)) testbed.inject(name);
    const { plain, refused } = await replies();
    expect(plain?.text).not.toContain('"role"');
    expect(JSON.parse(plain?.text ?? "")).toMatchObject({
      usage: { prompt_tokens: expect.any(Number) },
    });
    expect(refused?.text).toBe('{"error":"Invalid API key"}');
    expect(slept).toEqual([200, 200, 200, 200]);
  });
});

describe("the control API", () => {
  const control = (init?: RequestInit) => fetch(`${testbed.origin}/__testbed/drifts`, init);
  const post = (body: string) => control({ method: "POST", body });

  it("lists every drift with its sentence and switches one", async () => {
    expect(await (await control()).json()).toMatchObject({
      drifts: drifts.map(({ name }) => ({ name, active: false })),
    });
    expect((await post('{"name":"no-done","active":true}')).status).toBe(200);
    expect(testbed.active()).toEqual(["no-done"]);
    await post('{"name":"no-done","active":false}');
    expect(testbed.active()).toEqual([]);
    expect(testbed.requests()).toBe(0);
  });

  it.each([
    ["no JSON", 400],
    ['{"name":"no-done"}', 400],
    ['{"name":"nothing","active":true}', 404],
  ])("refuses %s with a message", async (body, status) => {
    const reply = await post(body);
    expect(reply.status).toBe(status);
    expect(await reply.json()).toEqual({ error: { message: expect.any(String) } });
    expect(testbed.active()).toEqual([]);
  });

  it("refuses other methods", async () => {
    expect((await control({ method: "DELETE" })).status).toBe(405);
  });
});
