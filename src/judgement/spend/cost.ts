import { costOf } from "../../observation/cost.ts";
import type { Observation } from "../../observation/observation.ts";
import type { Usage } from "../../probe/usage.ts";
import type { TokenPrice } from "../../probe/target.ts";
import { formatMicroUsd } from "../../std/money.ts";
import { isMeasured } from "../drift/level/engine.ts";
import { watch } from "../drift/level/watch.ts";
import { watchedOutput } from "../drift/level/watched-output.ts";
import type { Finding, Judge, JudgeOutput } from "../judgement.ts";
import { unjudged } from "../subject.ts";

/**
 * What a run costs against what it used to: money where usage and price are known, tokens otherwise. Only informs, for
 * the counts it is made of have judges of their own; this says what they amount to.
 */
export const costJudge: Judge = {
  aspect: "budget",
  seriesOf({ outcome, call }, { polarity }) {
    if (outcome.kind !== "reply" || polarity === "negative" || outcome.status >= 300) return [];
    return outcome.usage === undefined ? [] : [{ key: `${call}/cost`, label: "cost per run" }];
  },
  judge(input) {
    const cost = costOfRun(input.observation, input.price);
    if (cost === undefined || !isMeasured(cost.value)) return unjudged(input, "cost unknown");
    return informed(watchedOutput(input, watch(input, cost.value, true), { format: cost.format, pagesDown: false }));
  },
};

function costOfRun({ outcome, attempts }: Observation, price: TokenPrice | undefined) {
  if (outcome.kind !== "reply" || attempts > 1) return undefined;
  const money = costOf(outcome.usage, price);
  if (money !== undefined) return { value: money, format: (it: number) => formatMicroUsd(Math.round(it)) };
  const tokens = totalOf(outcome.usage);
  return tokens === undefined ? undefined : { value: tokens, format: (it: number) => `${it.toFixed(0)} tokens` };
}

function totalOf(usage: Usage | undefined): number | undefined {
  if (usage?.totalTokens !== undefined) return usage.totalTokens;
  if (usage?.promptTokens === undefined || usage.completionTokens === undefined) return undefined;
  return usage.promptTokens + usage.completionTokens;
}

/** Worth knowing, and nothing to act on. */
function informed({ ruling, ...rest }: JudgeOutput): JudgeOutput {
  if (ruling.outcome !== "bad") return { ...rest, ruling };
  const notes = ruling.findings.map((finding): Finding => ({ ...finding, severity: "informative" }));
  return { ...rest, ruling: { subject: ruling.subject, outcome: "good", notes } };
}
