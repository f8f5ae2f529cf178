import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import type { JudgeInput, JudgeOutput } from "../../src/judgement/judgement.ts";
import { latencyJudge } from "../../src/judgement/drift/level/latency.ts";
import type { JudgePolicy } from "../../src/probe/probe.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import type { Sample } from "../detection/series.ts";

const scenario = scenarioOf({ kind: "built-in", name: "valid-request" });
const series = { id: "s", probeId: "p", aspect: "latency", label: "total time" } as const;

/** One series of times in the hands of the product's judge. `memory` is never changed: keep it to go back to it. */
export interface JudgedSeries {
  memory: SeriesMemory | undefined;
  isPaging: boolean;
  /** Its standing ticket is open. */
  isStanding?: boolean;
  /** Its last page was that of the standing ticket. */
  wasStanding?: boolean;
}

export interface Judged {
  readonly output: JudgeOutput;
  /** A page has just begun. */
  readonly begins: boolean;
}

export function judge(
  one: JudgedSeries,
  policy: JudgePolicy,
  everyMs: number,
  { atMs: slotMs, value }: Sample,
): Judged {
  const timings = { totalMs: value };
  const reply = { call: "ask", mode: "plain", outcome: { kind: "reply", status: 200 }, timings };
  const observation = { ...reply, attempts: 1, maxLoopDelayMs: 0 } as unknown as JudgeInput["observation"];
  const cadence = { kind: "every", everyMs } as const;
  const { memory } = one;
  const output = latencyJudge.judge({ scenario, observation, series, memory, policy, cadence, slotMs });
  const { ruling, accept, state = null } = output;
  const version = (memory?.baseline?.version ?? 0) + 1;
  const accepted = accept && { ...accept, version, acceptedAtMs: slotMs, by: "" };
  one.memory = { series, baseline: accepted ?? memory?.baseline, state, lastSlotMs: slotMs };
  const was = one.isPaging;
  one.isPaging = ruling.outcome === "bad" && ruling.findings.some(({ severity }) => severity === "risky");
  const isStanding = one.isPaging && ruling.subject.series !== series.id;
  const isNews = isStanding ? one.isStanding !== true : !was || one.wasStanding === true;
  if (isStanding) one.isStanding = true;
  if (output.also !== undefined) one.isStanding = false;
  one.wasStanding = isStanding;
  return { output, begins: one.isPaging && isNews };
}
