import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import type { Finding } from "../../src/judgement/judgement.ts";
import { shapeJudge } from "../../src/judgement/contract/shape-judge.ts";
import type { ReplyFacts } from "../../src/observation/observation.ts";
import { outlineOf } from "../../src/observation/shape.ts";
import type { ContractPolicy } from "../../src/probe/contract-policy.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import type { Json } from "../../src/std/json.ts";
import { probe } from "../probe/samples.ts";
import { observation as template } from "../store/samples.ts";

/** What is said of each body, one after the other; findings as `severity subject`. */
export function judged(bodies: readonly Json[], contract?: ContractPolicy, learnRuns = 60, everyMs = 1) {
  const judge = shapeJudge("contract", () => true);
  const scenario = scenarioOf(probe.scenario);
  const series = { id: "s", probeId: probe.id, aspect: "contract", label: "shape" } as const;
  const policy = { ...probe.judge, learnRuns };
  let memory: SeriesMemory | undefined;
  return bodies.map((body, run) => {
    const slotMs = run * everyMs;
    const outcome: ReplyFacts = { ...(template.outcome as ReplyFacts), ...outlineOf([body]) };
    const observation = { ...template, outcome };
    const cadence = probe.cadence;
    const output = judge.judge({ scenario, observation, series, memory, policy, contract, cadence, slotMs });
    const { ruling, state, accept } = output;
    const baseline =
      accept === undefined
        ? memory?.baseline
        : {
            version: (memory?.baseline?.version ?? 0) + 1,
            n: accept.n,
            learned: accept.learned,
            acceptedAtMs: 0,
            by: "",
            why: accept.why,
          };
    memory = { series, baseline, state: state ?? null, lastSlotMs: slotMs };
    const findings: readonly Finding[] =
      ruling.outcome === "bad" ? ruling.findings : ruling.outcome === "good" ? (ruling.notes ?? []) : [];
    return { outcome: ruling.outcome, findings, baseline };
  });
}
