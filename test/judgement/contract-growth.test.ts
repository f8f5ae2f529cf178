import { describe, expect, test } from "vitest";
import { knownSchema } from "../../src/judgement/contract/known.ts";
import { readAs } from "../../src/judgement/subject.ts";
import type { Json } from "../../src/std/json.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { judged } from "./judged-bodies.ts";

const learnRuns = 30;
const everyMs = 300_000;
const random = seededRandom(11);

function reply(more: { readonly message?: object; readonly whole?: object } = {}): Json {
  const message = { role: "assistant", content: "plumb", ...more.message } as unknown as Json;
  return { id: "chatcmpl-1", choices: [{ index: 0, message, finish_reason: "stop" }], ...more.whole } as Json;
}

const times = (count: number, body: (run: number) => Json): Json[] =>
  Array.from({ length: count }, (_, run) => body(run));
const toolCalls = (calls: Json) => reply({ message: { tool_calls: calls } });
const call: Json = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };

/** What was reported of these replies, after the first ones that are learned: index of the run, severity, subject. */
function reported(bodies: readonly Json[]) {
  const all = judged([...times(learnRuns, () => reply()), ...bodies], undefined, learnRuns, everyMs);
  const bad = all.flatMap(({ outcome, findings }, run) =>
    outcome === "bad"
      ? findings.map(({ severity, subject }) => ({ run: run - learnRuns, said: `${severity} ${subject}` }))
      : [],
  );
  return { bad, baseline: all.at(-1)?.baseline };
}

describe("the contract baseline grows", () => {
  test("a member that came later, now and then, and changes its kind is one breaking change", () => {
    const before = times(920, (run) => (run % 65 === 7 ? toolCalls(call) : reply()));
    const { bad } = reported([...before, ...times(20, () => toolCalls([call]))]);
    expect(bad[0]?.run).toBeGreaterThanOrEqual(920);
    expect(bad[0]?.run).toBeLessThan(923);
    expect(new Set(bad.map(({ said }) => said))).toEqual(new Set(["breaking $.choices[].message.tool_calls"]));
  });

  test("a rare word that came later is compared with those seen before", () => {
    const tier = (word: string) => reply({ whole: { service_tier: word } });
    const before = times(2000, () => (random() < 0.1 ? tier("default") : reply()));
    const { bad } = reported([...before, ...times(60, () => tier("flex"))]);
    expect(bad[0]?.run).toBeGreaterThanOrEqual(2000);
    expect(bad.map(({ said }) => said)).toContain("risky $.service_tier");
  });

  test("an optional member that nobody objects to joins with its frequency, and is missed when it goes", () => {
    const with40 = times(3000, () => (random() < 0.4 ? reply({ whole: { trace: "abc" } }) : reply()));
    const { bad, baseline } = reported([...with40, ...times(100, () => reply())]);
    const path = readAs(knownSchema, baseline?.learned)?.paths["$.trace"];
    expect((path?.count ?? 0) / (path?.joined?.of ?? 1)).toBeCloseTo(0.4, 0);
    expect(baseline?.why).toBe("seen again and again, and nobody objected: $.trace string");
    expect(bad[0]?.run).toBeGreaterThanOrEqual(3000);
    expect(bad.map(({ said }) => said)).toContain("risky $.trace");
  });

  test("a member that every reply has since is breaking when it goes", () => {
    const { bad } = reported([...times(600, () => reply({ whole: { trace: "abc" } })), ...times(10, () => reply())]);
    expect(bad[0]).toEqual({ run: 601, said: "breaking $.trace" });
  });

  test("what is an open incident never joins", () => {
    const { baseline } = reported(times(900, () => reply({ message: { content: null } })));
    expect(baseline?.version).toBe(1);
  });
});
