import { exceptionFields } from "../std/log.ts";
import { scenarioOf } from "../scenario/resolve.ts";
import type { Probe } from "../probe/probe.ts";
import { decide } from "./decide.ts";
import type { FinishedRun, RunStore, World } from "./world.ts";

/** Keeps results that were paid for while the store is away, longer than this process may live. */
export interface Spool {
  /** False: it is full, or can't be written. */
  keep(run: FinishedRun): boolean;
  drop(runId: string): void;
  /** What earlier processes have left behind. */
  kept(): readonly FinishedRun[];
}

/** The same store; while it is away, each result that waits for it is kept in the spool as well. */
export function spooled(runs: RunStore, spool: Spool, onFull: (runId: string) => void): RunStore {
  return {
    ...runs,
    async commit(run, decideIt) {
      const done = await runs.commit(run, decideIt, () => {
        if (!spool.keep(run)) onFull(run.runId);
      });
      spool.drop(run.runId);
      return done;
    },
  };
}

/** Commits what earlier processes have left behind, once each. Results of probes that are gone are dropped. */
export async function recoverRuns(
  { runs, log }: Pick<World, "runs" | "log">,
  spool: Spool,
  probes: ReadonlyMap<string, Probe>,
): Promise<void> {
  for (const run of spool.kept()) {
    const probe = probes.get(run.probeId);
    const { runId, observations, slotMs, endedAtMs: nowMs, span } = run;
    try {
      if (probe === undefined) {
        spool.drop(runId);
        continue;
      }
      const input = { probe, scenario: scenarioOf(probe.scenario), observations, runId, ...span, slotMs, nowMs };
      const traceId = span?.traceId;
      const done = await runs.commit(run, (memory) => decide({ ...input, traceId }, memory));
      log.info("committed a run from the spool", { run: runId, isNew: done !== undefined });
    } catch (error) {
      log.error("could not commit a run from the spool", { run: runId, ...exceptionFields(error) });
    }
  }
}
