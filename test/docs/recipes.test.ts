import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load.ts";
import { renderProblems } from "../../src/config/render.ts";
import { chat } from "../../src/protocol/chat/chat.ts";
import type { Target } from "../../src/probe/target.ts";
import { shortAsk } from "../../src/scenario/built-in.ts";
import { catalogue } from "../../src/scenario/resolve.ts";

const page = readFileSync("docs/recipes.md", "utf8");
const sections = page.split(/^## /m).slice(1);
const titleOf = (section: string): string => section.slice(0, section.indexOf("\n"));
const recipes = sections.flatMap((section) =>
  [...section.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => ({ title: titleOf(section), text })),
);

const wanted = ["CometAPI", "OpenAI", "Azure OpenAI", "OpenRouter", "LiteLLM", "vLLM", "Ollama"];

function configOf({ title, text }: { readonly title: string; readonly text: string }): Config {
  const loaded = loadConfig(
    { file: `${title}.yaml`, text },
    {
      env: {},
      readFile: () => undefined,
      scenarios: catalogue.map(({ name }) => name),
      checkSecrets: [],
    },
  );
  if ("problems" in loaded) throw new Error(renderProblems(loaded.problems));
  return loaded.config;
}

function recipeOf(title: string): Config {
  const recipe = recipes.find((one) => one.title === title);
  if (recipe === undefined) throw new Error(`no recipe for ${title}`);
  return configOf(recipe);
}

function requestOf(target: Target, stream = false) {
  const { url, headers, body = "" } = chat.request(target, shortAsk(stream)(undefined), target.key && "a-key");
  return { url, headers, body: JSON.parse(body) as Record<string, unknown> };
}

function targetOf(title: string): Target {
  const [target] = recipeOf(title).targets;
  if (target === undefined) throw new Error(`no target for ${title}`);
  return target;
}

test("there is one recipe for each endpoint, and no block outside of one", () => {
  expect(recipes.map(({ title }) => title)).toEqual(wanted);
  expect(page.match(/^```yaml$/gm)).toHaveLength(wanted.length);
});

test.each(recipes)("$title: loads, probes each of its targets and caps what they use", (recipe) => {
  const { targets, probes } = configOf(recipe);
  expect(new Set(probes.map(({ target }) => target.name))).toEqual(new Set(targets.map(({ name }) => name)));
  for (const { spendCaps } of targets) expect(spendCaps.length).toBeGreaterThan(0);
});

test("a recipe with a mistake would be noticed", () => {
  const [recipe = { title: "", text: "" }] = recipes;
  expect(() => configOf({ ...recipe, text: recipe.text.replace("model:", "modle:") })).toThrow("model");
});

describe("what is sent", () => {
  test.each([
    ["CometAPI", "https://api.cometapi.com/v1", "authorization", "Bearer a-key", "max_tokens"],
    ["OpenAI", "https://api.openai.com/v1", "authorization", "Bearer a-key", "max_completion_tokens"],
    ["Azure OpenAI", "https://my-resource.openai.azure.com/openai/v1", "api-key", "a-key", "max_completion_tokens"],
    ["OpenRouter", "https://openrouter.ai/api/v1", "authorization", "Bearer a-key", "max_tokens"],
    ["LiteLLM", "http://litellm.internal:4000/v1", "authorization", "Bearer a-key", "max_tokens"],
    ["vLLM", "http://vllm.internal:8000/v1", "authorization", "Bearer a-key", "max_tokens"],
    ["Ollama", "http://127.0.0.1:11434/v1", undefined, undefined, "max_tokens"],
  ])("%s: goes to %s with %s: %s, capped by %s", (title, baseUrl, header, value, field) => {
    const { url, headers, body } = requestOf(targetOf(title));
    expect(url).toBe(`${baseUrl}/chat/completions`);
    const keyHeaders = Object.entries(headers).filter(([name]) => /^(authorization|(x-)?api-key)$/i.test(name));
    expect(keyHeaders).toEqual(header === undefined ? [] : [[header, value]]);
    expect(Object.keys(body).filter((name) => name.startsWith("max_"))).toEqual([field]);
  });

  test.each(wanted)("%s: the table at the top says the same", (title) => {
    const row = page.split("\n").find((line) => line.startsWith(`| [${title}](`)) ?? "";
    const [, , url = "", key = "", cap = ""] = row.split("|").map((cell) => cell.trim());
    const target = targetOf(title);
    const place = new RegExp(`^${url.slice(1, -1).replace(/<\w+>/, "[a-z0-9.-]+")}$`);
    expect(target.baseUrl).toMatch(place);
    expect(cap).toBe(`\`${target.maxTokensField}\``);
    const { name, prefix } = target.keyHeader;
    const said = target.key === undefined ? "nothing" : prefix === "" ? name : `${name}: ${prefix.trim()}`;
    expect(key.toLowerCase().replaceAll("`", "").split(",")[0]).toBe(said.toLowerCase());
  });
});

test.each([
  ["CometAPI", { inputPerMillion: 120_000, outputPerMillion: 480_000 }],
  ["OpenAI", { inputPerMillion: 150_000, outputPerMillion: 600_000 }],
  ["Azure OpenAI", { inputPerMillion: 150_000, outputPerMillion: 600_000 }],
  ["OpenRouter", { inputPerMillion: 150_000, outputPerMillion: 600_000 }],
  ["LiteLLM", { inputPerMillion: 150_000, outputPerMillion: 600_000 }],
])("%s: its price is known, so that a cap in money binds", (title, price) => {
  expect(targetOf(title).price).toMatchObject(price);
  expect(targetOf(title).spendCaps).toContainEqual(expect.objectContaining({ span: "day", microUsd: 500_000 }));
});

test.each(["vLLM", "Ollama"])("%s: costs nothing, and is capped by tokens and requests", (title) => {
  const { price, spendCaps } = targetOf(title);
  expect(price).toMatchObject({ inputPerMillion: 0, outputPerMillion: 0 });
  expect(spendCaps).toEqual([
    expect.objectContaining({ microUsd: undefined, tokens: expect.any(Number), requests: expect.any(Number) }),
  ]);
});

test("a target without a key is asked nothing about keys", () => {
  const configs = recipes.map(configOf);
  const keyless = configs.flatMap(({ probes }) => probes).filter(({ target }) => target.key === undefined);
  expect(keyless.map(({ target }) => target.name)).toContain("ollama");
  expect(keyless.filter(({ scenario }) => scenario.name.endsWith("-key"))).toEqual([]);
});

test("OpenRouter: one provider is asked for, and no other", () => {
  const probe = recipeOf("OpenRouter").probes.find(({ name }) => name === "openrouter-one-provider");
  if (probe?.scenario.kind !== "custom") throw new Error("no scenario of its own");
  const { body = "" } = chat.request(probe.target, probe.scenario.ask, "a-key");
  expect(JSON.parse(body)).toMatchObject({
    provider: { order: ["openai"], allow_fallbacks: false },
    stream: true,
    stream_options: { include_usage: true },
  });
});
