import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { requestFingerprint } from "../../src/probe/ids.ts";
import { chatRequest } from "../../src/protocol/chat/request.ts";

const load = (extra: string) =>
  loadConfig(
    {
      file: "plumbline.yaml",
      text: `
targets:
  router: { baseUrl: https://openrouter.ai/api/v1, model: m, provider: openrouter, prices: { input: 1 USD, output: 1 USD }, extra: ${extra} }
probes: [{ name: one, target: router, scenario: valid-request, every: 1h }]
`,
    },
    { env: {}, readFile: () => undefined, scenarios: ["valid-request"], checkSecrets: [] },
  );

const probeOf = (extra: string) => {
  const loaded = load(extra);
  const probe = "config" in loaded ? loaded.config.probes[0] : expect.unreachable(JSON.stringify(loaded.problems));
  return probe ?? expect.unreachable("no probe");
};

test("the fields of a target are in each request body, below those of the scenario, and another request has other series", () => {
  const { target } = probeOf("{ provider: { only: [azure] }, temperature: 1 }");
  const ask = { messages: [], maxTokens: 5, stream: false, extra: { temperature: 0 } };
  expect(JSON.parse(chatRequest(target, ask, undefined, {}).body ?? "")).toEqual({
    model: "m",
    messages: [],
    max_tokens: 5,
    provider: { only: ["azure"] },
    temperature: 0,
  });
  const [plain, same, pinned] = ["{}", "{}", "{ provider: { only: [azure] } }"].map((extra) =>
    requestFingerprint(probeOf(extra)),
  );
  expect(plain).toBe(same);
  expect(pinned).not.toBe(plain);
});

test.each(["model", "n", "max_tokens", "stream"])("%s belongs to a scenario", (name) => {
  const loaded = load(`{ ${name}: 2 }`);
  expect("problems" in loaded && loaded.problems).toMatchObject([
    { path: "targets.router.extra", expected: expect.stringContaining("belong to a scenario") as string },
  ]);
});
