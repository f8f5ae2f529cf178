import { z } from "zod";
import type { Finding, Judge, JudgeInput, JudgeOutput } from "./judgement.ts";
import { learningStep, readAs, subjectOf, unjudged } from "./learned.ts";

const learningSchema = z.object({ v: z.literal(1), n: z.number(), values: z.array(z.number()) });
const baselineSchema = z.object({ values: z.array(z.number()) });

/** More different values than this for one and the same prompt, and nothing can be said of another one. */
const mostValues = 4;

/** The same prompt costs the same prompt tokens: any other number means the provider counts or sends something else. */
export const usageJudge: Judge = {
  aspect: "usage",
  seriesOf({ outcome, call }, { polarity }) {
    if (outcome.kind !== "reply" || polarity === "negative" || outcome.status >= 300) return [];
    return [{ key: `${call}/prompt-tokens`, label: "prompt tokens" }];
  },
  judge(input) {
    const { outcome } = input.observation;
    const tokens = outcome.kind === "reply" ? outcome.usage?.promptTokens : undefined;
    const baseline = readAs(baselineSchema, input.memory?.baseline?.learned);
    if (baseline !== undefined) return judgeTokens(input, baseline.values, tokens);
    if (tokens === undefined) return unjudged(input, "usage unknown");
    const before = readAs(learningSchema, input.memory?.state) ?? { n: 0, values: [] };
    const values = [...new Set([...before.values, tokens])].toSorted((a, b) => a - b).slice(0, mostValues + 1);
    return learningStep(input, before.n + 1, { values }, () => ({ values }));
  },
};

function judgeTokens(input: JudgeInput, values: readonly number[], tokens: number | undefined): JudgeOutput {
  const subject = subjectOf(input);
  if (values.length > mostValues) return unjudged(input, "prompt tokens vary by themselves");
  if (tokens !== undefined && values.includes(tokens)) return { ruling: { subject, outcome: "good" } };
  const finding: Finding = {
    kind: "usage",
    severity: "risky",
    subject: "prompt tokens",
    expected: values.join(" or "),
    observed: tokens === undefined ? "unknown" : String(tokens),
    baselineVersion: input.memory?.baseline?.version,
  };
  return { ruling: { subject, outcome: "bad", findings: [finding] } };
}
