import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createEffects } from "../../src/app/effects.ts";
import { loadConfigText } from "../../src/app/files.ts";
import type { Io } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/program.ts";
import { starterProviders } from "../../src/config/starter/providers.ts";
import { starterReceivers } from "../../src/config/starter/receivers.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-init-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `init` on a terminal where somebody gives these answers, and then leaves; without answers, off a terminal. */
async function init(name: string, flags: readonly string[], answers?: readonly string[], env = {}) {
  let shown = "";
  const write = (text: string) => (shown += text) !== "";
  const left = [...(answers ?? [])];
  const ask = (question: string) => {
    shown += question;
    return Promise.resolve(left.shift());
  };
  const io = { stdout: { write }, stderr: { write }, env, ...(answers && { ask }) } as unknown as Io;
  const file = join(folder, name);
  const code = await runCli(["init", file, ...flags], io, createEffects(io)).catch((error: unknown) => String(error));
  const text = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  return { code, shown, text, left, file };
}

function configOf(text = "") {
  const loaded = loadConfigText("plumbline.yaml", text, {}, []);
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

test.each(Object.keys(starterProviders))("%s: what init writes is valid, and its caps bound the cost", async (name) => {
  const { code, text } = await init(`${name}.yaml`, ["--provider", name]);
  expect(code).toBe(0);
  const { targets, probes, receivers } = configOf(text);
  expect(targets[0]?.price, "a price").toBeDefined();
  expect([targets.length, probes.length, receivers.length]).toEqual([1, 3, 0]);
});

test.each(Object.keys(starterReceivers))("%s: the receiver is there, and its variables are shown", async (kind) => {
  const { code, shown, text = "" } = await init(`${kind}-alerts.yaml`, ["--receiver", kind]);
  expect(code).toBe(0);
  expect(configOf(text).receivers.map((receiver) => receiver.kind)).toEqual([kind]);
  const variables = [...text.matchAll(/env: (\w+)/g)].map(([, variable]) => variable);
  expect(variables.length).toBeGreaterThan(1);
  for (const variable of variables) expect(shown).toContain(`  export ${variable}=`);
  expect(shown).toContain("alert test oncall");
});

test("on a terminal it asks for what no option gives, and asks again after an answer it can't use", async () => {
  const answers = ["9", "vLLM", "http://gpu-1:8000/v1", "", "slack"];
  const { code, shown, text, left, file } = await init("asked.yaml", [], answers, { npm_command: "exec" });
  expect([code, left]).toEqual([0, []]);
  expect(configOf(text)).toMatchObject({
    targets: [{ name: "vllm", baseUrl: "http://gpu-1:8000/v1", model: "Qwen/Qwen3-8B", key: undefined }],
    receivers: [{ name: "oncall", kind: "slack" }],
  });
  expect(shown).toContain("A number from 1 to 8, please.");
  expect(shown).toContain(`  npx plumbline run --config ${file}`);
  const [, schema = ""] = /^# yaml-language-server: \$schema=(.*)/.exec(text ?? "") ?? [];
  expect(existsSync(join(dirname(file), schema)), schema).toBe(true);
});

test("options answer the questions: nothing is asked", async () => {
  const flags = [
    "--provider",
    "other",
    "--base-url",
    "https://llm.example.org/v1",
    "--model",
    "5",
    "--key-env",
    "MY_KEY",
  ];
  const { code, text, left } = await init("flags.yaml", [...flags, "--receiver", "none"], ["never asked"]);
  expect([code, left]).toEqual([0, ["never asked"]]);
  expect(configOf(text).targets).toMatchObject([
    { name: "api", baseUrl: "https://llm.example.org/v1", model: "5", key: { env: "MY_KEY" } },
  ]);
});

test("an address that can't be used, an end of the input and a file that is there: nothing is written", async () => {
  const wrong = await init("wrong.yaml", ["--base-url", "llm.example.org", "--model", "a: b"]);
  expect([wrong.code, wrong.text]).toEqual([2, undefined]);
  expect(wrong.shown).toMatch(/targets\.cometapi\.baseUrl\n {2}expected an http or https URL/);
  const gone = await init("gone.yaml", [], ["2"]);
  expect([gone.code, gone.text]).toEqual(["Error: nothing was written", undefined]);
  const there = await init("flags.yaml", [], []);
  expect([there.code, there.shown]).toEqual([2, expect.stringContaining("exists and was not changed")]);
});
