import { afterAll, beforeAll, expect, test } from "vitest";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import { createExchanger } from "../../src/exchange/exchanger.ts";
import { createLoopGauge } from "../../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../../src/exchange/undici-attempt.ts";
import { forecast } from "../../src/operate/forecast.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import type { RunStore } from "../../src/run/world.ts";
import { systemClock } from "../../src/std/clock.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { httpServer, type TestServer } from "../exchange/server.ts";
import { policy } from "../exchange/policy.ts";
import { probe as sample } from "../probe/samples.ts";
import { quietWorld } from "./quiet-world.ts";

/** A server of another make: it refuses one token and logprobs, and counts and charges by itself. */
let server: TestServer;
const charged = { requests: 0, prompt: 0, output: 0 };
const perMillion = { prompt: 0.15, output: 0.6 };
const random = seededRandom(5);
const words = ["red", "otter", "37", "paris", "k"];

/** Words, digits in threes and signs, as tokenizers make them; and the frame of a chat. */
const tokensOf = (text: string): number =>
  8 + (text.match(/\p{Script=Han}|\p{L}{1,6}|\p{N}{1,3}|[^\s\p{L}\p{N}]/gu)?.length ?? 0);

const attempts = createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "test" });

beforeAll(async () => {
  server = await httpServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const asked = JSON.parse(text) as { max_tokens: number; logprobs?: boolean; messages: { content: string }[] };
      charged.requests += 1;
      response.setHeader("content-type", "application/json");
      if (asked.max_tokens < 16 || asked.logprobs === true) {
        response.statusCode = 400;
        response.end(
          JSON.stringify({ error: { message: "no", type: "invalid_request_error", param: null, code: null } }),
        );
        return;
      }
      const prompt = tokensOf(asked.messages[0]?.content ?? "");
      charged.prompt += prompt;
      charged.output += 1;
      const content = words[Math.floor(random() * words.length)];
      const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
      const usage = { prompt_tokens: prompt, completion_tokens: 1, total_tokens: prompt + 1 };
      response.end(JSON.stringify({ id: "1", object: "chat.completion", created: 1, model: "m", choices, usage }));
    });
  });
});
afterAll(async () => {
  await attempts.close();
  await server.close();
});

/** Remembers the newest state of each series. */
function remembering(): RunStore & { readonly isEnrolled: () => boolean } {
  const kept = new Map<string, SeriesMemory>();
  return {
    claim: () => Promise.resolve({ kind: "claimed" }),
    miss: () => Promise.resolve(),
    recall: (series) => Promise.resolve(kept.get(series.id)),
    commit(_run, decide) {
      const surroundings = { silences: [], outages: [] };
      const memory = { series: [...kept.values()], incidents: [], lastGoodSlotMs: undefined, surroundings };
      const decision = decide(memory);
      for (const { series, state, accept } of decision.series) {
        if (series.aspect !== "output") continue;
        const before = kept.get(series.id);
        const baseline =
          accept === undefined ? before?.baseline : { ...accept, version: 1, acceptedAtMs: 0, by: "plumbline" };
        kept.set(series.id, { series, state: state ?? before?.state ?? null, lastSlotMs: 0, baseline });
      }
      return Promise.resolve(decision);
    },
    isEnrolled: () => [...kept.values()].some(({ baseline }) => baseline !== undefined),
  };
}

test(
  "the price of a month and of an enrolment, as validate prints them, are what a server counts",
  { timeout: 60_000 },
  async () => {
    const everyMs = 3_600_000;
    const probe: Probe = {
      ...sample,
      scenario: { kind: "built-in", name: "same-model" },
      target: {
        ...sample.target,
        baseUrl: `${server.url}/v1`,
        policy,
        spendCaps: [],
      },
      cadence: { kind: "every", everyMs },
    };
    const [day] = forecast({ probes: [probe] } as never, () => 24);
    const runs = remembering();
    const exchanger = createExchanger({
      attempt: attempts.attempt,
      clock: systemClock,
      random: () => 0.5,
      sleep: async () => {},
    });
    let nowMs = 0;
    const world = quietWorld(() => nowMs, { exchanger, runs, random: seededRandom(8) });
    const run = async () => runProbe(world, probe, (nowMs += everyMs));
    const usd = (): number => (charged.prompt * perMillion.prompt + charged.output * perMillion.output) / 1e6;

    for (let left = 60; !runs.isEnrolled() && left > 0; left -= 1) await run();
    const most = day?.enrolment?.most;
    expect(runs.isEnrolled()).toBe(true);
    expect(charged.requests).toBeLessThanOrEqual(most?.requests ?? 0);
    expect(charged.prompt + charged.output).toBeLessThanOrEqual(most?.tokens ?? 0);
    expect(usd() * 1e6).toBeLessThanOrEqual(most?.microUsd ?? 0);

    Object.assign(charged, { requests: 0, prompt: 0, output: 0 });
    const watched = 24;
    for (let left = watched; left > 0; left -= 1) await run();
    const month = 30 * (24 / watched);
    const printed = day?.enrolment?.aMonth;
    expect(charged.requests * month).toBe(printed?.requests);
    const share = (counted: number, said = NaN): number => (counted * month) / said;
    for (const counted of [
      share(charged.prompt + charged.output, printed?.tokens),
      share(usd() * 1e6, printed?.microUsd),
    ]) {
      expect(counted).toBeGreaterThan(0.8);
      expect(counted).toBeLessThan(1.25);
    }
    // As at `every: 1h`, four requests each: 0.011 USD a month.
    expect(usd() * month).toBeCloseTo(0.01, 2);
  },
);
