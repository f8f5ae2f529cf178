import type { Attributes, Span } from "@opentelemetry/api";
import { expect, test } from "vitest";
import type { Finding } from "../../src/judgement/judgement.ts";
import type { RunReport } from "../../src/run/run.ts";
import { describeRun } from "../../src/run/spans.ts";
import { promptTokens } from "../notify/samples.ts";

function evaluationsOf(over: Partial<RunReport>): [string, Attributes][] {
  const events: [string, Attributes][] = [];
  const span = {
    setAttribute: () => span,
    setStatus: () => span,
    addEvent: (name: string, attributes: Attributes) => void events.push([name, attributes]),
  };
  const report = { state: "done", findings: [], spent: { requests: 1 }, ...over } as unknown as RunReport;
  describeRun(span as unknown as Span, report);
  return events;
}

const result = (name: string, label: string, value?: number): [string, Attributes] => [
  "gen_ai.evaluation.result",
  {
    "gen_ai.evaluation.name": `plumbline.${name}`,
    "gen_ai.evaluation.score.label": label,
    ...(value !== undefined && { "gen_ai.evaluation.score.value": value }),
  },
];

test("the verdict and each kind of finding with its worst severity, without a word of what was observed", () => {
  const findings: Finding[] = [
    promptTokens,
    { ...promptTokens, kind: "latency" },
    { ...promptTokens, severity: "breaking" },
  ];
  expect(evaluationsOf({ verdict: "drift", findings })).toEqual([
    result("verdict", "drift", 0),
    result("usage", "breaking", 0),
    result("latency", "risky", 0),
  ]);
  expect(evaluationsOf({ verdict: "ok" })).toEqual([result("verdict", "ok", 1)]);
  expect(evaluationsOf({ verdict: "inconclusive" })).toEqual([result("verdict", "inconclusive")]);
  expect(evaluationsOf({ state: "skipped", verdict: undefined })).toEqual([]);
});
