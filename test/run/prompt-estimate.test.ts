import { TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { usageJudge } from "../../src/judgement/drift/counts/usage.ts";
import type { Observation } from "../../src/observation/observation.ts";
import type { CountTokens } from "../../src/protocol/protocol.ts";
import type { Tokenizer } from "../../src/probe/tokenizer.ts";
import { play } from "../../src/run/play.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import { systemClock } from "../../src/std/clock.ts";
import { silentLog } from "../../src/std/log.ts";
import { probe } from "../probe/samples.ts";
import { completion, fakeExchanger, ok } from "./fake-exchanger.ts";

const words: CountTokens = (_, text) => text.split(/\s+/).length;

async function observed(reported: number, tokenizer: Tokenizer | undefined, name = "valid-request") {
  const tracer = new TracerProvider().getTracer("test");
  const asked = { ...probe, target: { ...probe.target, tokenizer }, scenario: { kind: "built-in", name } as const };
  const world = {
    clock: systemClock,
    random: () => 0.5,
    exchanger: fakeExchanger(() => ok(completion({}, reported))),
    runs: undefined as never,
    secret: () => "none",
    redact: (text: string) => text,
    log: silentLog,
    tracer,
    countTokens: words,
  };
  return (await play(world, asked, scenarioOf(asked.scenario), tracer.startSpan("probe")))[0] as Observation;
}

/** What the judge says of it once its baseline knows this number. */
function judged(observation: Observation) {
  const reported = observation.outcome.kind === "reply" ? observation.outcome.usage?.promptTokens : undefined;
  const learned = { n: 100, counts: { [String(reported)]: 100 } };
  const series = { id: "s", probeId: probe.id, aspect: "usage", label: "prompt tokens" } as const;
  const baseline = { version: 1, n: 100, learned, acceptedAtMs: 0, by: "", why: "" };
  const memory = { series, baseline, state: null, lastSlotMs: 0 };
  const { cadence, judge: policy } = probe;
  return usageJudge.judge({
    scenario: scenarioOf(probe.scenario),
    observation,
    series,
    memory,
    policy,
    cadence,
    slotMs: 60_000,
  }).ruling;
}

test("a provider that counts far more than was sent is noted, and no drift", async () => {
  const own = (await observed(9, "o200k_base")).estimatedPromptTokens as number;
  expect(own).toBeGreaterThan(5);
  expect(judged(await observed(own + 8, "o200k_base"))).toEqual(
    expect.not.objectContaining({ notes: expect.anything() as unknown }),
  );
  expect(judged(await observed(own + 9, "o200k_base"))).toMatchObject({
    outcome: "good",
    notes: [
      {
        kind: "usage",
        severity: "informative",
        expected: `about ${own} by a count of our own`,
        observed: `${own + 9}: the provider adds to the prompt, or counts otherwise`,
      },
    ],
  });
});

test("nothing is estimated of an unknown vocabulary, nor of a request that was altered on its way", async () => {
  expect(await observed(9, undefined)).not.toHaveProperty("estimatedPromptTokens");
  expect(judged(await observed(500, undefined))).toMatchObject({ outcome: "good" });
  expect(await observed(9, "o200k_base", "malformed-messages")).not.toHaveProperty("estimatedPromptTokens");
});
