import type { Observation } from "../observation/observation.ts";
import type { Target } from "../probe/target.ts";
import { runProbe } from "../run/run-probe.ts";
import type { World } from "../run/world.ts";
import { compare, type Compared, type NotCompared } from "./compare.ts";
import { usualTerms } from "./comparison-cost.ts";
import type { AuditPlan, PlannedScenario } from "./plan.ts";
import type { PlayedScenario } from "./view.ts";

export interface Conduct {
  readonly target: Target;
  readonly plan: AuditPlan;
  /** No scenario is begun that could take the whole beyond this. */
  readonly approvedMicroUsd: number | undefined;
  /** `step`: a scenario, or how far the comparison is. */
  readonly progress: (done: number, of: number, step: string) => void;
}

export interface Conducted {
  readonly played: readonly PlayedScenario[];
  /** undefined: none was planned, or its cost was not approved. */
  readonly comparison: Compared | NotCompared | undefined;
}

/** Plays what was planned, in order, by the code that plays scheduled probes. */
export async function conductAudit(
  world: World,
  { target, plan, approvedMicroUsd, progress }: Conduct,
): Promise<Conducted> {
  const played: PlayedScenario[] = [];
  let spentMicroUsd = 0;
  const isApproved = (atMostMicroUsd = 0): boolean =>
    approvedMicroUsd === undefined || spentMicroUsd + atMostMicroUsd <= approvedMicroUsd;
  const { scenarios, comparison } = plan;
  const steps = scenarios.length + (comparison === undefined ? 0 : 1);
  for (const [index, planned] of scenarios.entries()) {
    const { scenario, atMostMicroUsd = 0 } = planned;
    progress(index + 1, steps, scenario.name);
    if (!isApproved(atMostMicroUsd)) continue;
    const done = await playPlanned(world, target, planned);
    spentMicroUsd += done.report.spent.microUsd ?? atMostMicroUsd;
    played.push(done);
  }
  if (comparison === undefined || !isApproved(comparison.atMostMicroUsd)) return { played, comparison: undefined };
  const { reference, atMostRequests } = comparison;
  const step = `comparison with ${reference.name}`;
  progress(steps, steps, step);
  const compared = await compare(world, target, reference, {
    ...usualTerms,
    progress: ({ requests }) => progress(steps, steps, `${step}: ${requests} of at most ${atMostRequests} requests`),
  });
  return { played, comparison: compared };
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
