import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { setTimeout as sleep } from "node:timers/promises";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { createExchanger } from "../../src/exchange/exchanger.ts";
import { createLoopGauge } from "../../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../../src/exchange/undici-attempt.ts";
import type { Observation } from "../../src/observation/observation.ts";
import type { Probe } from "../../src/probe/probe.ts";
import type { Finding, Ruling } from "../../src/judgement/judgement.ts";
import { play } from "../../src/run/play.ts";
import { judgeChecks } from "../../src/judgement/rules/checks.ts";
import { judgeScenario } from "../../src/judgement/rules/expectations.ts";
import { catalogue } from "../../src/scenario/resolve.ts";
import { systemClock } from "../../src/std/clock.ts";
import { silentLog } from "../../src/std/log.ts";
import { openTestbed, type Testbed } from "../../src/testbed/testbed.ts";
import { policy } from "../exchange/policy.ts";
import { probe as sample } from "../probe/samples.ts";

let testbed: Testbed;
const attempts = createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "test" });
const exchanger = createExchanger({
  attempt: attempts.attempt,
  clock: systemClock,
  random: () => 0.5,
  sleep: (ms) => sleep(ms),
});
const tracer = new TracerProvider().getTracer("test");

beforeAll(async () => {
  testbed = await openTestbed({ pace: { minMs: 1, maxMs: 3 } });
});
afterAll(async () => {
  await attempts.close();
  await testbed.close();
});

async function playOnce(name: string): Promise<{
  observations: Observation[];
  rulings: Ruling[];
  broken: readonly Finding[];
}> {
  const scenario = catalogue.find((it) => it.name === name);
  if (scenario === undefined) throw new Error(name);
  const probe: Probe = {
    ...sample,
    scenario: { kind: "built-in", name },
    target: {
      ...sample.target,
      baseUrl: testbed.baseUrl,
      key: { env: "KEY" },
      policy: { ...policy, maxRequestBytes: 65_536 },
    },
  };
  const world = {
    clock: systemClock,
    random: () => 0.5,
    sleep: (ms: number) => sleep(ms),
    exchanger,
    runs: undefined as never,
    secret: () => testbed.key,
    redact: (text: string) => text,
    log: silentLog,
    tracer,
  };
  const span = tracer.startSpan("test");
  const observations = await play(world as never, probe, scenario, span);
  span.end();
  const rulings = [...judgeScenario(scenario, observations), ...judgeChecks(scenario, observations, probe.target)];
  const broken = rulings.flatMap((ruling) => (ruling.outcome === "bad" ? ruling.findings : []));
  return { observations, rulings, broken };
}

/** What a well-behaved provider says to each: status, family of the error. */
const seen: readonly [string, number, string | undefined][] = [
  ["valid-request", 200, undefined],
  ["streamed-request", 200, undefined],
  ["invalid-key", 401, "nested-object"],
  ["missing-key", 401, "nested-object"],
  ["malformed-messages", 400, "nested-object"],
  ["broken-json", 400, "nested-object"],
];

describe("each scenario against an independent provider", () => {
  test.each(catalogue.map((scenario) => [scenario.name, scenario] as const))(
    "%s: no more calls or requests than announced, no fixed rule broken",
    async (name, { maxCalls, maxSent = maxCalls }) => {
      const before = testbed.requests();
      const { observations, broken } = await playOnce(name);
      const sent = testbed.requests() - before;
      expect(sent).toBe(observations.filter(({ injected, outcome }) => !injected && outcome.kind === "reply").length);
      expect(sent).toBeLessThanOrEqual(maxSent);
      expect(observations.length).toBeLessThanOrEqual(maxCalls);
      expect(broken).toEqual([]);
    },
  );

  test.each(seen)("%s is answered with %s %s", async (name, status, family) => {
    const [observation] = (await playOnce(name)).observations;
    expect(observation?.outcome).toMatchObject({ status, ...(family === undefined ? {} : { error: { family } }) });
  });
});

test("names are unique, and every scenario says what it is for and what it can cost", () => {
  expect(new Set(catalogue.map(({ name }) => name)).size).toBe(catalogue.length);
  for (const { summary, maxCalls, maxPromptTokens, maxOutputTokens } of catalogue) {
    expect(summary).not.toBe("");
    expect(maxCalls).toBeGreaterThan(0);
    expect(maxPromptTokens).toBeGreaterThanOrEqual(0);
    expect(maxOutputTokens).toBeGreaterThanOrEqual(0);
  }
});
