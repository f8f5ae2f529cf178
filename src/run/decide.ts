import { applyRulings } from "../notify/apply.ts";
import { unwellAt } from "../incident/inhibit.ts";
import type { Evidence } from "../incident/incident.ts";
import { judgeRun } from "../judgement/judge-run.ts";
import type { Observation } from "../observation/observation.ts";
import type { Probe } from "../probe/probe.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { beginEpochs } from "./planned.ts";
import type { Decision, ProbeMemory } from "./world.ts";

export interface DecisionInput {
  readonly probe: Probe;
  readonly scenario: Scenario;
  readonly observations: readonly Observation[];
  readonly runId: string;
  readonly traceId: string | undefined;
  readonly spanId?: string | undefined;
  readonly slotMs: number;
  readonly nowMs: number;
}

/** From facts and memory to everything that is to be written: verdict, series, incidents, alerts. Pure. */
export function decide(input: DecisionInput, memory: ProbeMemory): Decision {
  const { probe, scenario, observations, slotMs, nowMs } = input;
  const unwell = unwellAt(memory.surroundings, probe.location, nowMs);
  const epoch = beginEpochs(memory.series, memory.planned ?? [], slotMs);
  const judged = judgeRun({ probe, scenario, observations, memory: epoch.series, slotMs, fleet: memory.fleet, unwell });
  const context = { probe, slotMs, nowMs, evidence: evidenceOf(input), lastGoodSlotMs: memory.lastGoodSlotMs };
  const { verdict, findings, unjudged } = judged;
  const series = epoch.withEpochs(judged.series);
  const after = applyRulings(memory.incidents, judged.rulings, context, probe.receivers, memory.surroundings);
  const asksAgain = judged.rulings.some((ruling) => ruling.outcome === "unjudged" && ruling.asksAgain === true);
  const ask = asksAgain ? "soon" : judged.suspects ? "in-a-minute" : undefined;
  return { verdict, findings, unjudged, series, ask, ...after };
}

function evidenceOf({ observations, runId, traceId, spanId }: DecisionInput): Evidence {
  const outcome = observations.at(-1)?.outcome;
  const reply = outcome?.kind === "reply" ? outcome : outcome?.partial;
  return { runId, traceId, spanId, requestId: reply?.requestId, status: reply?.status };
}
