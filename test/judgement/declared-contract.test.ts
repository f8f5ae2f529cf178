import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import type { ContractPolicy } from "../../src/probe/contract-policy.ts";
import type { Json, JsonObject } from "../../src/std/json.ts";
import { judged } from "./judged-bodies.ts";

const completion = (over: JsonObject = {}, message: JsonObject = {}): Json => ({
  id: "chatcmpl-9a8b7c6d5e",
  object: "chat.completion",
  created: 1_763_890_000,
  model: "gpt-4o-mini-2024-07-18",
  choices: [{ index: 0, message: { role: "assistant", content: "plumb", ...message }, finish_reason: "stop" }],
  usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
  ...over,
});
const without = (name: string): Json => {
  const { [name]: _gone, ...rest } = completion() as JsonObject;
  return rest;
};
const nothing: ContractPolicy = { ignore: [], severity: {}, expect: {}, clientReads: [] };
const openai: ContractPolicy = { ...nothing, declared: "openai" };
const repeat = (times: number, body: Json): Json[] => Array<Json>(times).fill(body);

/** `targets.mini.contract` as it comes out of a configuration. */
function configured(contract: string, files: Record<string, string> = {}) {
  const text = `targets:
  mini: { baseUrl: "https://api.example.com/v1", model: gpt-4o-mini, contract: ${contract} }
probes:
  - { name: valid, target: mini, scenario: valid-request, every: 5m }
`;
  const context = {
    env: {},
    readFile: (path: string) => files[path],
    scenarios: ["valid-request"],
    checkSecrets: [],
  };
  const loaded = loadConfig({ file: "plumbline.yaml", text }, context);
  return "problems" in loaded ? loaded.problems : loaded.config.targets[0]?.contract;
}

describe("the official contract, before anything is learned", () => {
  test.each<[string, Json, string[]]>([
    ["as documented", completion(), []],
    ["nothing but what clients need", completion({}, {}), []],
    ["choices null", completion({ choices: null }), ["breaking $.choices"]],
    ["no usage at all is allowed", without("usage"), []],
    [
      "tokens as text",
      completion({ usage: { prompt_tokens: "9", completion_tokens: 2, total_tokens: 11 } }),
      ["breaking $.usage.prompt_tokens"],
    ],
    ["no id", without("id"), ["breaking $.id"]],
    ["another word", completion({ service_tier: "gold" }), ["risky $.service_tier"]],
    ["null where it may be", completion({}, { content: null, refusal: "no" }), []],
    ["a field of the provider's own", completion({ cost: 0.1 }), []],
  ])("%s", (_case, body, notified) => {
    const [first] = judged([body], openai);
    expect(first?.findings.map(({ severity, subject }) => `${severity} ${subject}`)).toEqual(notified);
    expect(first?.outcome).toBe(notified.length > 0 ? "bad" : "unjudged");
  });

  test("a breach that never ends is told in every run, learned or not", () => {
    const runs = judged(repeat(40, without("id")), openai, 20);
    expect(runs.map(({ outcome }) => outcome)).toEqual([
      ...Array<string>(19).fill("bad"),
      "bad",
      ...Array<string>(20).fill("bad"),
    ]);
  });

  test("what is documented and never comes, and what comes undocumented, is said and no more", () => {
    const runs = judged(repeat(60, completion({ cost: 0.1, trace: { a: 1 } })), openai, 20);
    const [first] = runs.slice(20);
    expect(runs.slice(20).every(({ outcome }) => outcome === "good")).toBe(true);
    expect(first?.findings.map(({ subject, observed }) => `${subject} ${observed}`)).toEqual(
      expect.arrayContaining([
        "$.choices[].message.refusal never returned",
        "$.cost returned in 20 of 20 replies",
        "$.trace returned in 20 of 20 replies",
      ]),
    );
    expect(runs.at(-1)?.findings).toEqual([]);
  });
});

describe("a schema of one's own", () => {
  const schema = JSON.stringify({
    components: {
      schemas: {
        Reply: {
          allOf: [
            { $ref: "#/components/schemas/Base" },
            { required: ["answer"], properties: { answer: { type: "string", nullable: true } } },
          ],
        },
        Base: {
          type: "object",
          required: ["id"],
          properties: {
            id: { type: "string" },
            state: { enum: ["on", "off"], type: "string" },
            parts: { type: "array", items: { oneOf: [{ $ref: "#/components/schemas/Base" }, { type: "integer" }] } },
          },
        },
      },
    },
  });
  const policy = configured("{ declared: { reply: api.json#/components/schemas/Reply } }", { "api.json": schema });

  test.each<[string, Json, string[]]>([
    ["as written", { id: "a", answer: null, state: "on", parts: [1, { id: "b" }] }, []],
    ["a member missing", { answer: "a" }, ["breaking $.id"]],
    ["another word", { id: "a", answer: "b", status: 1, state: "standby" }, []],
    ["another kind below a list", { id: "a", answer: "b", parts: ["x"] }, ["breaking $.parts[]"]],
  ])("%s", (_case, body, notified) => {
    const [first] = judged([body], policy as ContractPolicy);
    expect(first?.findings.map(({ severity, subject }) => `${severity} ${subject}`)).toEqual(notified);
  });

  test.each([
    ["{ declared: { reply: none.json } }", "no such file"],
    ["{ declared: { reply: 'api.json#/components/schemas/Nobody' } }", "nothing there"],
  ])("%s: %s", (contract, got) => {
    expect(configured(contract, { "api.json": schema })).toMatchObject([{ line: 2, got }]);
  });

  test("refers to itself, and ends all the same", () => {
    const loop = JSON.stringify({ type: "object", properties: { next: { $ref: "#" } } });
    expect(configured("{ declared: { reply: loop.json } }", { "loop.json": loop })).toHaveProperty("declared.reply");
  });
});

describe("what people say of paths comes first", () => {
  const learned = repeat(60, completion({ cost: 1, gone: 1 }));
  const changed = completion({ cost: "1" }, { role: null });
  const toldBy = (policy: ContractPolicy): string[] => [
    ...new Set(
      judged([...learned, ...repeat(6, changed)], policy).flatMap(({ findings }) =>
        findings.map(({ severity, subject }) => `${severity} ${subject}`),
      ),
    ),
  ];

  test.each<[string, string, string[]]>([
    ["nothing", "{}", ["breaking $.choices[].message.role", "breaking $.cost", "breaking $.gone"]],
    ["ignored", "{ ignore: [$.cost, '$.choices[0].message.*'] }", ["breaking $.gone"]],
    [
      "less severe",
      "{ severity: { $.cost: informative, $.gone: risky }, ignore: ['**.role'] }",
      ["risky $.gone", "informative $.cost"],
    ],
    ["expected", "{ expect: { $.cost: [number, string], $.gone: absent, '**.role': 'null' } }", []],
    [
      "read by the client",
      "{ ignore: ['**'], clientReads: ['$.choices[].message.role.name', $.gone] }",
      ["breaking $.choices[].message.role", "breaking $.gone"],
    ],
  ])("%s", (_case, yaml, notified) => {
    expect(toldBy(configured(yaml) as ContractPolicy).toSorted()).toEqual(notified.toSorted());
  });

  test("the page shows a configuration that loads", () => {
    const text = /```yaml\n([\s\S]*?)```/.exec(readFileSync("docs/contract.md", "utf8"))?.[1] ?? "";
    const context = { env: {}, readFile: () => undefined, scenarios: ["valid-request"], checkSecrets: [] };
    expect(loadConfig({ file: "plumbline.yaml", text }, context)).toHaveProperty("config");
  });

  test("openai alone is short for the official contract", () => {
    expect(configured("openai")).toMatchObject({ declared: "openai", ignore: [] });
  });
});
