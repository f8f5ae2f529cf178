import { costJudge } from "./spend/cost.ts";
import { errorRateJudge } from "./drift/rate/error-rate.ts";
import type { Judge } from "./judgement.ts";
import { latencyJudge } from "./drift/level/latency.ts";
import { outputJudge } from "./output/output-judge.ts";
import { shapeJudge } from "./contract/shape-judge.ts";
import { usageJudge } from "./drift/counts/usage.ts";

/** Every judge that compares with a baseline. A new one is one file and one row here. */
export const judges: readonly Judge[] = [
  shapeJudge("contract", ({ status, error }, { polarity }) => polarity === "positive" && status < 300 && !error),
  shapeJudge("error-shape", (_facts, { polarity }) => polarity === "negative"),
  latencyJudge,
  usageJudge,
  errorRateJudge,
  costJudge,
  outputJudge,
];
