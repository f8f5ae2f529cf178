import { describe, expect, test } from "vitest";
import type { Json } from "../../src/std/json.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { judged } from "./judged-bodies.ts";

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
