import { describe, expect, test } from "vitest";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import type { Finding } from "../../src/judgement/judgement.ts";
import { shapeJudge } from "../../src/judgement/shape-judge.ts";
import type { ReplyFacts } from "../../src/observation/observation.ts";
import { outlineOf } from "../../src/observation/shape.ts";
import type { ContractPolicy } from "../../src/probe/contract-policy.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import type { Json } from "../../src/std/json.ts";
import { seededRandom } from "../../src/testbed/seeded-random.ts";
import { probe } from "../probe/samples.ts";
import { observation as template } from "../store/samples.ts";

export type Line = `${"bad" | "good" | "unjudged"}${string}`;

/** What is said of each body, one after the other; findings as `severity subject`. */
export function judged(bodies: readonly Json[], contract?: ContractPolicy, learnRuns = 60) {
  const judge = shapeJudge("contract", () => true);
  const scenario = scenarioOf(probe.scenario);
  const series = { id: "s", probeId: probe.id, aspect: "contract", label: "shape" } as const;
  const policy = { ...probe.judge, learnRuns };
  let memory: SeriesMemory | undefined;
  return bodies.map((body, slotMs) => {
    const outcome: ReplyFacts = { ...(template.outcome as ReplyFacts), ...outlineOf([body]) };
    const observation = { ...template, outcome };
    const cadence = probe.cadence;
    const output = judge.judge({ scenario, observation, series, memory, policy, contract, cadence, slotMs });
    const { ruling, state, accept } = output;
    const baseline =
      accept === undefined
        ? memory?.baseline
        : { version: 1, n: accept.n, learned: accept.learned, acceptedAtMs: 0, by: "", why: "" };
    memory = { series, baseline, state: state ?? null, lastSlotMs: slotMs };
    const findings: readonly Finding[] =
      ruling.outcome === "bad" ? ruling.findings : ruling.outcome === "good" ? (ruling.notes ?? []) : [];
    return { outcome: ruling.outcome, findings };
  });
}

const subjects = (runs: ReturnType<typeof judged>): string[] => [
  ...new Set(runs.flatMap(({ findings }) => findings.map(({ severity, subject }) => `${severity} ${subject}`))),
];

/** Two upstreams behind one name: ids, fingerprints and where usage stands are each one's own. */
const choices = [{ index: 0, message: { role: "assistant", content: "plumb" }, finish_reason: "stop" }];
const one: Json = { id: "chatcmpl-9a8b7c6d5e", choices, system_fingerprint: "fp_44709d6fcb", usage: { total: 3 } };
const other: Json = { id: "gen-1763890000", choices, provider: "Azure", usage_summary: { total: 3 } };
const mixed = (times: number, share: number, seed = 1): Json[] => {
  const random = seededRandom(seed);
  return Array.from({ length: times }, () => (random() < share ? one : other));
};

describe("mixtures of upstreams", () => {
  test("a mixture is normal", () => {
    expect(subjects(judged(mixed(400, 0.6)))).toEqual([]);
  });

  test("a reply like none of them is drift, though each of its members was optional", () => {
    const neither: Json = { id: "gen-1763890000", choices, provider: "Azure" };
    const runs = judged([...mixed(60, 0.6), ...Array<Json>(6).fill(neither)]);
    expect(runs.at(-1)?.outcome).toBe("bad");
    expect(runs.at(-1)?.findings[0]).toMatchObject({
      severity: "risky",
      subject: "$.usage_summary",
      observed: "another kind, without $.usage_summary",
    });
  });

  test("a new upstream that answers a third of the time is found", () => {
    const random = seededRandom(7);
    const third: Json = { id: "resp_00000001", choices: null, usage: { total: 3 } };
    const after = mixed(40, 0.6, 2).map((body) => (random() < 0.33 ? third : body));
    const runs = judged([...mixed(200, 0.6), ...after]).slice(200);
    const at = runs.findIndex(({ findings }) => findings[0]?.subject === "$.choices");
    const seenBefore = after.slice(0, at + 1).filter((body) => body === third).length;
    expect(seenBefore).toBeLessThanOrEqual(3);
    expect(runs.filter(({ outcome }) => outcome === "bad").length).toBeGreaterThan(5);
  });

  test("an upstream that vanishes is no alarm, that another answers more often is information", () => {
    const runs = judged([...mixed(100, 0.6), ...Array<Json>(200).fill(one)]).slice(100);
    expect(runs.every(({ outcome }) => outcome === "good")).toBe(true);
    expect(subjects(runs)).toContain("informative variant with $.system_fingerprint, $.usage");
  });

  test("a single optional member that vanishes is one", () => {
    const random = seededRandom(3);
    const optional = Array.from({ length: 60 }, (): Json => (random() < 0.8 ? { id: "a", extra: 1 } : { id: "a" }));
    const runs = judged([...optional, ...Array<Json>(60).fill({ id: "a" })]).slice(60);
    expect(subjects(runs)).toContain("risky $.extra");
  });
});
