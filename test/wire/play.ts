import { readFileSync } from "node:fs";
import { createExchanger } from "../../src/exchange/exchanger.ts";
import { createLoopGauge } from "../../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../../src/exchange/undici-attempt.ts";
import type { Exchanger, Outcome } from "../../src/exchange/exchange.ts";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import type { Incident } from "../../src/incident/incident.ts";
import { composeAlert } from "../../src/notify/compose/compose.ts";
import type { IncidentAlert } from "../../src/notify/compose/alert.ts";
import type { Observation } from "../../src/observation/observation.ts";
import type { Probe } from "../../src/probe/probe.ts";
import type { SecretRef, Target } from "../../src/probe/target.ts";
import { chat } from "../../src/protocol/chat/chat.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import type { RunReport } from "../../src/run/run.ts";
import type { RunStore } from "../../src/run/world.ts";
import { systemClock } from "../../src/std/clock.ts";
import { policy } from "../exchange/policy.ts";
import { probe as sample } from "../probe/samples.ts";
import { fakeExchanger } from "../run/fake-exchanger.ts";
import { quietWorld } from "../run/quiet-world.ts";

export interface Played {
  readonly report: RunReport;
  readonly observations: readonly Observation[];
  /** Alerts of the transitions of this run. */
  readonly alerts: readonly IncidentAlert[];
}

export interface Player {
  run(): Promise<Played>;
  incidents(): readonly Incident[];
  close(): Promise<void>;
}

/** A store that keeps everything in this process. */
function memoryStore() {
  const series = new Map<string, SeriesMemory>();
  const incidents = new Map<string, Incident>();
  let lastGoodSlotMs: number | undefined;
  let last: { observations: readonly Observation[]; alerts: readonly IncidentAlert[] } = {
    observations: [],
    alerts: [],
  };
  const runs: RunStore = {
    claim: () => Promise.resolve({ kind: "claimed" }),
    miss: () => Promise.resolve(),
    commit(run, decide) {
      const decision = decide({
        series: [...series.values()],
        incidents: [...incidents.values()],
        lastGoodSlotMs,
        surroundings: { silences: [], outages: [] },
      });
      for (const { series: one, state, accept } of decision.series) {
        const before = series.get(one.id);
        const accepted = accept && {
          version: (before?.baseline?.version ?? 0) + 1,
          n: accept.n,
          learned: accept.learned,
          acceptedAtMs: run.endedAtMs,
          by: "plumbline",
          why: accept.why,
        };
        series.set(one.id, { series: one, state, baseline: accepted ?? before?.baseline, lastSlotMs: run.slotMs });
      }
      for (const incident of decision.incidents) incidents.set(incident.fingerprint, incident);
      if (decision.verdict === "ok") lastGoodSlotMs = run.slotMs;
      const alerts = decision.transitions.flatMap((transition) => {
        const incident = incidents.get(transition.fingerprint);
        return incident === undefined ? [] : [composeAlert(incident, transition)];
      });
      last = { observations: run.observations, alerts };
      return Promise.resolve(decision);
    },
  };
  return { runs, incidents: () => [...incidents.values()], last: () => last };
}

/** Slots of one probe, five minutes apart, by the real code over real connections. */
export function openPlayer(baseUrl: string, scenario: string, change: Partial<Target> = {}, learnRuns = 30): Player {
  const plain = (ref: SecretRef): string | undefined => ("file" in ref ? readFileSync(ref.file, "utf8") : undefined);
  const outside = { secret: plain, plain, proxy: () => undefined, noProxy: "" };
  const loop = createLoopGauge(systemClock);
  const attempts = createUndiciAttempts({ clock: systemClock, loop, userAgent: "test", outside });
  const exchanger = createExchanger({
    attempt: attempts.attempt,
    clock: systemClock,
    sleep: () => Promise.resolve(),
    random: () => 0.5,
  });
  return playerOf(exchanger, scenario, { baseUrl, ...change }, learnRuns, () => attempts.close());
}

/** The same without connections: `reply` is what came. */
export function playReplies(
  reply: () => Outcome,
  scenario = "valid-request",
  change: Partial<Target> = {},
  learnRuns = 30,
): Player {
  return playerOf(fakeExchanger(reply), scenario, change, learnRuns, () => Promise.resolve());
}

/** A stream as the reader reads it. */
export function streamed(text: string): Outcome {
  const reader = chat.openStream(10_000);
  const bytes = Buffer.from(text);
  reader.feed(bytes, 1);
  const { chunks, end } = reader.end();
  const body = { form: "stream", chunks, end, bytes: bytes.length } as const;
  return { kind: "reply", status: 200, headers: { "content-type": "text/event-stream" }, body };
}

function playerOf(
  exchanger: Exchanger,
  scenario: string,
  change: Partial<Target>,
  learnRuns: number,
  close: () => Promise<void>,
): Player {
  const store = memoryStore();
  const spec: Probe["scenario"] = { kind: "built-in", name: scenario };
  const probe: Probe = {
    ...sample,
    scenario: spec,
    target: { ...sample.target, policy: { ...policy, circuit: { failures: 1000, openMs: 1 } }, ...change },
    judge: { ...sample.judge, learnRuns },
  };
  const world = quietWorld(systemClock.nowMs, { clock: systemClock, exchanger, runs: store.runs, secret: () => "k" });
  let slotMs = systemClock.nowMs();
  return {
    async run() {
      slotMs += 300_000;
      const startedMs = systemClock.monotonicMs();
      const nowMs = (): number => slotMs + systemClock.monotonicMs() - startedMs;
      const report = await runProbe({ ...world, clock: { ...systemClock, nowMs } }, probe, slotMs);
      return { report, ...store.last() };
    },
    incidents: store.incidents,
    close,
  };
}
