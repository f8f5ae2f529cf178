import type { Observation } from "../observation/observation.ts";
import type { Target } from "../probe/target.ts";
import { runProbe } from "../run/run-probe.ts";
import type { World } from "../run/world.ts";
import type { AuditPlan, PlannedScenario } from "./plan.ts";
import type { PlayedScenario } from "./view.ts";

export interface Conduct {
  readonly target: Target;
  readonly plan: AuditPlan;
  /** No scenario is begun that could take the whole beyond this. */
  readonly approvedMicroUsd: number | undefined;
  readonly progress: (done: number, of: number, scenario: string) => void;
}

/** Plays what was planned, in order, by the code that plays scheduled probes. */
export async function conductAudit(
  world: World,
  { target, plan, approvedMicroUsd, progress }: Conduct,
): Promise<PlayedScenario[]> {
  const played: PlayedScenario[] = [];
  let spentMicroUsd = 0;
  for (const [index, planned] of plan.scenarios.entries()) {
    const { scenario, atMostMicroUsd = 0 } = planned;
    progress(index + 1, plan.scenarios.length, scenario.name);
    if (approvedMicroUsd !== undefined && spentMicroUsd + atMostMicroUsd > approvedMicroUsd) continue;
    const done = await playPlanned(world, target, planned);
    spentMicroUsd += done.report.spent.microUsd ?? atMostMicroUsd;
    played.push(done);
  }
  return played;
}

async function playPlanned(
  world: World,
  target: Target,
  { scenario, probe }: PlannedScenario,
): Promise<PlayedScenario> {
  let observations: readonly Observation[] = [];
  const watched: World = {
    ...world,
    runs: {
      claim: (request) => world.runs.claim(request),
      miss: (slot, reason) => world.runs.miss(slot, reason),
      commit(run, decide) {
        observations = run.observations;
        return world.runs.commit(run, decide);
      },
    },
  };
  const report = await runProbe(watched, probe, world.clock.nowMs());
  return { scenario, report, observations, checks: scenario.checks?.(observations, target) ?? [] };
}
