import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { createExchanger } from "../../src/exchange/exchanger.ts";
import { createLoopGauge } from "../../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../../src/exchange/undici-attempt.ts";
import type { Observation } from "../../src/observation/observation.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { play } from "../../src/run/play.ts";
import { judgeExpectations } from "../../src/judgement/expectations.ts";
import { catalogue } from "../../src/scenario/resolve.ts";
import { systemClock } from "../../src/std/clock.ts";
import { silentLog } from "../../src/std/log.ts";
import { openTestbed, type Testbed } from "../../src/testbed/testbed.ts";
import { probe as sample } from "../probe/samples.ts";

let testbed: Testbed;
const attempts = createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "test" });
const exchanger = createExchanger({
  attempt: attempts.attempt,
  clock: systemClock,
  random: () => 0.5,
  sleep: async () => {},
});
const tracer = new TracerProvider().getTracer("test");

beforeAll(async () => {
  testbed = await openTestbed({ pace: { minMs: 1, maxMs: 3 } });
});
afterAll(async () => {
  await attempts.close();
  await testbed.close();
});

async function playOnce(name: string): Promise<{ observations: Observation[]; rulings: string[] }> {
  const scenario = catalogue.find((it) => it.name === name);
  if (scenario === undefined) throw new Error(name);
  const probe: Probe = {
    ...sample,
    scenario: { kind: "built-in", name },
    target: { ...sample.target, baseUrl: testbed.baseUrl, model: "gpt-4o-mini", key: { env: "KEY" } },
  };
  const world = {
    clock: systemClock,
    random: () => 0.5,
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
  const last = observations.at(-1);
  const rulings = last === undefined ? [] : judgeExpectations(scenario.expectations, last);
  return { observations, rulings: rulings.map(({ outcome }) => outcome) };
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
  test.each(catalogue.map(({ name }) => name))("%s: one call, a reply, no fixed rule broken", async (name) => {
    const before = testbed.requests();
    const { observations, rulings } = await playOnce(name);
    expect(testbed.requests() - before).toBe(1);
    expect(observations.map(({ outcome, attempts: tries }) => [outcome.kind, tries])).toEqual([["reply", 1]]);
    expect(new Set(rulings)).not.toContain("bad");
  });

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
    expect(maxPromptTokens).toBeGreaterThan(0);
    expect(maxOutputTokens).toBeGreaterThan(0);
  }
});
