import type { JudgePolicy } from "../../../probe/probe.ts";
import type { EngineState } from "./engine-state.ts";
import type { Learning } from "../learn/learning.ts";
import type { Reference } from "../learn/reference.ts";

const dayMs = 86_400_000;
/** A baseline is learned anew when this much has been seen. */
const stagesMs = [1, 2, 3, 7, 14, 28].map((days) => days * dayMs);
/** A young baseline does not know how its series wanders: a fleet that shares one promise has no page to spare for that. */
const floorBeforePages = Math.log(1.2);
const floorBeforeFull = Math.log(1.1);

export interface Stage {
  /** ln of the smallest ratio worth reporting. */
  readonly floor: number;
  readonly mayPage: boolean;
}

/** What a baseline of this length may be trusted with. */
export function stageOf({ fromMs, toMs }: Reference, { latencyFloorRatio, drift }: JudgePolicy): Stage {
  const spanMs = toMs - fromMs;
  const floor = Math.log(latencyFloorRatio);
  if (spanMs < drift.pageAfterMs) return { floor: Math.max(floor, floorBeforePages), mayPage: false };
  const young = (drift.shared?.pagingSeries ?? 1) > 1 ? floorBeforePages : floorBeforeFull;
  if (spanMs < drift.fullAfterMs) return { floor: Math.max(floor, young), mayPage: true };
  return { floor, mayPage: true };
}

/** Unix time of the next stage that makes more of a baseline of `spanMs`; undefined after the last. */
export function nextStageMs({ startMs, lastMs }: Learning, spanMs = 0): number | undefined {
  const next = stagesMs.find((stage) => stage > spanMs && startMs + stage > lastMs + slackMs);
  return next === undefined ? undefined : startMs + next;
}

const slackMs = 3_600_000;

/** Only a series without a suspicion may change what it is compared with. */
export function isQuiet({ detector, held }: EngineState): boolean {
  return held === undefined && Math.max(...detector.cusums) < suspicion;
}

/** Evidence of e^3 to one that something has begun; an alarm needs e^12. */
const suspicion = 3;

/** A long series with hardly a sample in it teaches nothing. */
export function isLongEnough({ n }: Learning): boolean {
  return n >= fewestForRefit;
}

const fewestForRefit = 60;
