import { chat } from "../../src/protocol/chat/chat.ts";
import { readFileSync } from "node:fs";
import { normalFrom } from "../../bench/detection/series.ts";
import type { NotifiedTransition } from "../../src/notify/effects.ts";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import type { Incident } from "../../src/incident/incident.ts";
import { alone } from "../../src/incident/inhibit.ts";
import type { Observation } from "../../src/observation/observation.ts";
import { observe } from "../../src/observation/observe.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { decide } from "../../src/run/decide.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import { normalCdf } from "../../src/std/statistics-normal.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";

const { quantiles } = JSON.parse(readFileSync("test/fixtures/latency/marginals.json", "utf8")) as {
  quantiles: Record<string, number[]>;
};
export const marginals = Object.values(quantiles);

/** How a target differs from its usual self at one slot. */
export interface Mood {
  readonly slower?: number;
  readonly longer?: number;
  readonly promptTokens?: number;
  readonly failures?: number;
  /** Our own event loop stood still. */
  readonly starved?: boolean;
}

const dayMs = 86_400_000;
const usualFailures = 0.004;

/** One target's replies: times from a measured distribution, peers alike, a daily season, spikes, some failures. */
export function repliesOf(marginal: readonly number[], seed: number): (atMs: number, mood: Mood) => Observation {
  const random = seededRandom(seed * 7919 + 5);
  const normal = normalFrom(random);
  const phaseMs = random() * dayMs;
  const usual = replyOf();
  let core = normal();
  return (atMs, { slower = 1, longer = 1, promptTokens = 24, failures = usualFailures, starved = false }) => {
    core = 0.3 * core + Math.sqrt(1 - 0.3 ** 2) * normal();
    const season = 1 + 0.15 * Math.sin((2 * Math.PI * (atMs + phaseMs)) / dayMs);
    const spike = random() < 0.005 ? 6 : 1;
    const totalMs = quantile(marginal, normalCdf(core)) * season * spike * slower;
    const timings = { totalMs };
    const maxLoopDelayMs = starved ? 900 : 2;
    if (random() < failures) {
      const outcome = { kind: "fault", class: "connection-reset", phase: "body" } as unknown as Observation["outcome"];
      return { ...usual, outcome, timings, maxLoopDelayMs };
    }
    const completionTokens = Math.max(1, Math.round(120 * longer * Math.exp(0.2 * normal())));
    const usage = { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens };
    return { ...usual, outcome: { ...usual.outcome, usage }, timings, maxLoopDelayMs } as Observation;
  };
}

function quantile(values: readonly number[], share: number): number {
  const place = share * (values.length - 1);
  const below = Math.floor(place);
  const [low = 0, high = low] = [values[below], values[below + 1]];
  return low + (high - low) * (place - below);
}

/** The facts of an ordinary reply, by the program's own reading of a body. */
function replyOf(): Observation {
  const message = { role: "assistant", content: "Fourteen lines lead from the harbour to the hills." };
  const usage = { prompt_tokens: 24, completion_tokens: 120, total_tokens: 144 };
  const choices = [{ index: 0, message, finish_reason: "stop" }];
  const value = {
    id: "chatcmpl-9x2k",
    object: "chat.completion",
    created: 1_790_000_000,
    model: "mini",
    choices,
    usage,
  };
  const body = { form: "json", value, bytes: 400 } as const;
  const headers = { "content-type": "application/json" };
  const outcome = { kind: "reply", status: 200, headers, body } as const;
  const timings = { totalMs: 1 };
  const attempt = { ordinal: 1, startedAtMs: 0, outcome, timings, connection: "fresh", maxLoopDelayMs: 0 } as const;
  const ask = { messages: [], maxTokens: 200, stream: false, extra: {} };
  return observe(
    { name: "valid-request", ask },
    { attempts: [attempt] },
    { protocol: chat, expectations: [], redact: (text) => text },
  );
}

/** What a probe remembers, kept as the store would keep it, and the messages that left. */
export function follow() {
  const series = new Map<string, SeriesMemory>();
  const incidents = new Map<string, Incident>();
  const notified: { readonly atMs: number; readonly kind: string; readonly label: string; readonly text: string }[] =
    [];
  const transitions: NotifiedTransition[] = [];
  let lastGoodSlotMs: number | undefined;
  return {
    told: notified,
    series,
    run(probe: Probe, observation: Observation, slotMs: number): void {
      const scenario = scenarioOf(probe.scenario, probe.target);
      const runId = `${probe.id}/${slotMs}`;
      const input = {
        probe,
        scenario,
        observations: [observation],
        runId,
        traceId: undefined,
        slotMs,
        nowMs: slotMs + 900,
      };
      const memory = {
        series: [...series.values()],
        incidents: [...incidents.values()],
        lastGoodSlotMs,
        surroundings: alone,
      };
      const decision = decide(input, memory);
      for (const { series: one, state, accept } of decision.series) {
        const before = series.get(one.id)?.baseline;
        const version = (before?.version ?? 0) + 1;
        const baseline = accept === undefined ? before : { ...accept, version, acceptedAtMs: slotMs, by: "plumbline" };
        series.set(one.id, { series: one, baseline, state, lastSlotMs: slotMs });
      }
      for (const incident of decision.incidents) incidents.set(incident.fingerprint, incident);
      transitions.push(...decision.transitions);
      for (const { alert } of decision.outbox) {
        if (alert.event !== "opened" && alert.event !== "reopened") continue;
        const label = incidents.get(alert.fingerprint)?.label ?? "";
        notified.push({ atMs: slotMs, kind: alert.kind, label, text: alert.summary });
      }
      if (decision.verdict === "ok") lastGoodSlotMs = slotMs;
    },
  };
}
