import { describe, expect, test } from "vitest";
import { answerIn, type Model, newModel } from "../../../bench/identity/endpoint.ts";
import { pairKey, seriesOf } from "../../../src/baseline/series.ts";
import { judgePair } from "../../../src/judgement/output/pair-judge.ts";
import type { Finding } from "../../../src/judgement/judgement.ts";
import type { Observation } from "../../../src/observation/observation.ts";
import type { Probe } from "../../../src/probe/probe.ts";
import { sameAs } from "../../../src/scenario/same-model/same-as.ts";
import type { Json } from "../../../src/std/json.ts";
import { seededRandom } from "../../../src/std/seeded-random.ts";
import { probe as sample } from "../../probe/samples.ts";

type Random = () => number;
/** Which model answers in the run of this number. */
type Side = (run: number, random: Random) => Model;

const everyMs = 3_600_000;
const official = { ...sample.target, name: "official" };
const target = { ...sample.target, name: "reseller", sameAs: official };
const probe: Probe = {
  ...sample,
  target,
  cadence: { kind: "every", everyMs },
  judge: { ...sample.judge, drift: { ...sample.judge.drift, falsePageEveryMs: 180 * 86_400_000 } },
};
const series = seriesOf(probe, "output", pairKey.key, pairKey.label);

function* play(own: Side, reference: Side, random: Random): Generator<{ run: number; findings: readonly Finding[] }> {
  let state: Json | undefined;
  for (let run = 0; ; run += 1) {
    const done: Observation[] = [];
    for (;;) {
      const call = sameAs.nextCall(done, { target, nowMs: 0, random });
      if (call === undefined) break;
      const isReference = call.target !== undefined;
      const { logits } = (isReference ? reference : own)(run, random);
      const answer = answerIn(logits[call.question?.cell ?? ""] ?? {}, random);
      const outcome = { kind: "reply", status: 200, answer, text: { length: 3 }, model: isReference ? "m-2" : "m-1" };
      done.push({ question: call.question, outcome, call: call.name } as unknown as Observation);
    }
    const memory = state === undefined ? undefined : { series, state, lastSlotMs: 0 };
    const { judge: policy, cadence } = probe;
    const observation = done.at(-1)!;
    const input = {
      scenario: sameAs,
      observation,
      done,
      target,
      series,
      memory,
      policy,
      cadence,
      slotMs: run * everyMs,
    };
    const output = judgePair(input);
    state = output.state ?? state;
    yield { run, findings: output.ruling.outcome === "bad" ? output.ruling.findings : [] };
  }
}

describe("a target beside its reference, three questions an hour", () => {
  test("two that answer alike open no more incidents in half a year than promised, mixtures and common updates included", () => {
    let pages = 0;
    for (let seed = 1; seed <= 3; seed += 1) {
      const random = seededRandom(seed);
      const [one, other] = [newModel(random), newModel(random)];
      const side: Side = (run, by) => (run > 2000 ? other : seed % 2 === 0 && by() < 0.5 ? other : one);
      let isOpen = false;
      for (const { run, findings } of play(side, side, random)) {
        if (findings.length > 0 && !isOpen) pages += 1;
        isOpen = findings.length > 0;
        if (run === 180 * 24) break;
      }
    }
    // At most one of each is promised. Of 20 seeds there were 10.
    expect(pages).toBeLessThanOrEqual(3);
  });

  test("another model is found within two days, in words, and is over some days after both agree again", () => {
    const random = seededRandom(9);
    const [one, other] = [newModel(random), newModel(random)];
    const changedAt = 300;
    const agreedAt = 500;
    let found: readonly Finding[] | undefined;
    let foundAt = Infinity;
    let overAt = Infinity;
    for (const { run, findings } of play(
      (now) => (now >= changedAt ? other : one),
      (now) => (now >= agreedAt ? other : one),
      random,
    )) {
      if (findings.length > 0 && found === undefined) [found, foundAt] = [findings, run];
      if (run < agreedAt && run > foundAt) expect(findings.length).toBeGreaterThan(0);
      if (findings.length === 0 && found !== undefined) overAt = Math.min(overAt, run);
      if (run === agreedAt + 240) break;
    }
    expect(foundAt).toBeGreaterThanOrEqual(changedAt);
    expect(foundAt - changedAt).toBeLessThan(48);
    expect(overAt - agreedAt).toBeLessThan(96);
    expect(found?.[0]).toMatchObject({ kind: "output", severity: "risky" });
    expect(found?.[0]?.observed).toMatch(/^different since 1970-01-\d\d \d\d:\d\d UTC$/);
    expect(found?.[1]?.expected).toMatch(/^\d+× [\p{L}\d]+.*, by official$/u);
    expect(found?.[1]?.observed).toMatch(/^\d+× /);
    expect(found?.[0]?.why).toMatch(
      /^odds of [\d,]+ to 1 against chance; .*; replies name m-1, and m-2 at official: an update may/,
    );
  });
});
