import type { Evidence } from "../incident/incident.ts";
import type { Observation } from "../observation/observation.ts";
import type { Probe } from "../probe/probe.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { composeAlert } from "../alert/compose.ts";
import { outboxEntries } from "../alert/route.ts";
import { reduceRun } from "../incident/reduce-run.ts";
import { judgeRun } from "../judgement/judge-run.ts";
import type { Decision, ProbeMemory } from "./world.ts";

export interface DecisionInput {
  readonly probe: Probe;
  readonly scenario: Scenario;
  readonly observations: readonly Observation[];
  readonly runId: string;
  readonly traceId: string | undefined;
  readonly slotMs: number;
  readonly nowMs: number;
}
