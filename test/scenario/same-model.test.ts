import { describe, expect, test } from "vitest";
import { answerOf } from "../../src/observation/question.ts";
import type { Observation } from "../../src/observation/observation.ts";
import { batch, mostRequests, wantsOf } from "../../src/scenario/same-model/enrolment.ts";
import { beginEnrolling, enrol, fingerprintOf } from "../../src/judgement/output/enrol.ts";
import { sameModel } from "../../src/scenario/same-model/same-model.ts";
import { toJson } from "../../src/std/json.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { probe } from "../probe/samples.ts";
import { observation as sample } from "../store/samples.ts";
import type { Call } from "../../src/scenario/scenario.ts";

const { target } = probe;

type Answer = (call: Call) => {
  readonly status?: number;
  readonly text?: string;
  readonly tops?: Record<string, number>;
};

/** Plays enrolment runs until they ask nothing more; the requests of each, and the end. */
function enrolWith(answer: Answer, runs = 100) {
  const random = seededRandom(1);
  let enrolling = beginEnrolling(0);
  const sent: Call[][] = [];
  for (let run = 0; run < runs && fingerprintOf(enrolling, 1) === undefined; run += 1) {
    const scenario = sameModel.resume?.({ learned: undefined, state: toJson(enrolling) }) ?? sameModel;
    const done: Observation[] = [];
    const calls: Call[] = [];
    for (
      let call = scenario.nextCall(done, { target, nowMs: 0, random });
      call;
      call = scenario.nextCall(done, { target, nowMs: 0, random })
    ) {
      calls.push(call);
      done.push(observed(call, answer(call)));
    }
    sent.push(calls);
    expect(calls.length).toBeLessThanOrEqual(scenario.maxCalls);
    expect(calls.reduce((sum, { ask }) => sum + ask.maxTokens, 0)).toBeLessThanOrEqual(scenario.maxOutputTokens);
    enrolling = enrol(enrolling, done);
  }
  return { enrolling, sent, all: sent.flat() };
}

function observed(call: Call, { status = 200, text = "7", tops }: ReturnType<Answer>): Observation {
  const { outcome } = sample;
  if (outcome.kind !== "reply") throw new Error("the sample is a reply");
  const facts = { class: text === "" ? "empty" : "word", length: text.length, hash: text } as const;
  const answer = call.question && answerOf(text, call.question);
  return {
    ...sample,
    call: call.name,
    question: call.question,
    outcome: { ...outcome, status, text: facts, answer, tops },
  };
}

describe("the enrolment", () => {
  test("asks with what the endpoint honours, in bounded runs", () => {
    const { enrolling, sent, all } = enrolWith(({ ask }) =>
      ask.extra["logprobs"] === true ? { tops: { "#1": -1, "#2": -2 } } : {},
    );
    expect(enrolling.variant).toEqual({ maxTokens: 1, temperature: true, logprobs: true });
    expect(sent[0]).toHaveLength(1);
    expect(Math.max(...sent.map(({ length }) => length))).toBe(batch);
    expect(all.length).toBeLessThan(400);
    expect(all.some(({ name }) => name.startsWith("search"))).toBe(false);
  });

  test("searches border inputs where there are no log-probabilities, and stops at its bound", () => {
    const { enrolling, all } = enrolWith(() => ({}));
    expect(enrolling.variant?.logprobs).toBe(false);
    expect(all.filter(({ name }) => name.startsWith("search")).length).toBeGreaterThanOrEqual(800);
    expect(all.length).toBeLessThanOrEqual(mostRequests);
    expect(wantsOf(enrolling)).toEqual([]);
  });

  test("finds the inputs whose first token is undecided, and asks them again", () => {
    let asked = 0;
    const { enrolling, all } = enrolWith(({ name, ask }) => {
      asked += 1;
      const isBorder =
        (name.startsWith("search") || name.startsWith("border")) && JSON.stringify(ask.messages).includes("a");
      return { text: isBorder && asked % 2 === 0 ? "b" : "a" };
    });
    expect(enrolling.borders.length).toBeGreaterThanOrEqual(4);
    expect(all.filter(({ name }) => name === "border/1").length).toBe(20);
  });

  test("keeps no border input that hardly ever flips", () => {
    let [asked, searched] = [0, 0];
    const { enrolling, all } = enrolWith(({ name }) => {
      if (name.startsWith("search")) searched += 1;
      asked += 1;
      // The first ten finds flipped by chance.
      if (name.startsWith("search")) return { text: searched % 2 === 0 ? "b" : "a" };
      return { text: searched > 20 && asked % 3 === 0 ? "b" : "a" };
    });
    expect(enrolling.borders.length).toBeGreaterThanOrEqual(4);
    for (const index of enrolling.borders.keys()) {
      const answers = enrolling.runs.flatMap((run) => run.answers[`border/${index + 1}`] ?? []);
      expect(answers.filter((answer) => answer !== answers[0]).length).toBeGreaterThanOrEqual(2);
    }
    expect(all.length).toBeLessThanOrEqual(mostRequests);
  });

  test("asks both requests of a pair with the same words", () => {
    const { all } = enrolWith(() => ({}));
    const seconds = all.filter(({ name }) => name.endsWith("/2") && !name.startsWith("border"));
    expect(seconds.length).toBeGreaterThan(100);
    for (const second of seconds) {
      const first = all[all.indexOf(second) - 1];
      expect(first?.ask).toEqual(second.ask);
    }
    expect(new Set(seconds.map(({ ask }) => JSON.stringify(ask.messages))).size).toBeGreaterThan(50);
  });

  test.each([
    [
      "max_tokens 1 is refused",
      (call: Call) => call.ask.maxTokens < 16,
      { maxTokens: 16, temperature: true, logprobs: false },
    ],
    [
      "temperature is refused",
      (call: Call) => call.ask.extra["temperature"] !== undefined,
      { maxTokens: 16, temperature: false, logprobs: false },
    ],
    [
      "logprobs are refused",
      (call: Call) => call.ask.extra["logprobs"] === true,
      { maxTokens: 1, temperature: true, logprobs: false },
    ],
  ])("goes on with less when %s", (_name, isRefused, variant) => {
    expect(enrolWith((call) => (isRefused(call) ? { status: 400, text: "" } : {}), 3).enrolling.variant).toEqual(
      variant,
    );
  });

  test("says why an endpoint cannot be enrolled, and tries again with the next run", () => {
    const { enrolling, sent } = enrolWith(() => ({ status: 400, text: "" }), 2);
    expect(enrolling.refused).toBe("no answer to a one-word question in any form: 400, 400, 400, 400, 400, 400");
    expect(sent.map(({ length }) => length)).toEqual([6, 6]);
  });

  test("an outage is no refusal", () => {
    const { enrolling, sent } = enrolWith(() => ({ status: 503, text: "" }), 1);
    expect(enrolling).not.toHaveProperty("variant");
    expect(enrolling).not.toHaveProperty("refused");
    expect(sent[0]).toHaveLength(1);
  });

  test("goes on where it was after a restart", () => {
    const { enrolling } = enrolWith(() => ({}), 5);
    const stored = JSON.parse(JSON.stringify(toJson(enrolling))) as never;
    const scenario = sameModel.resume?.({ learned: undefined, state: stored });
    expect(scenario?.maxCalls).toBe(batch);
  });
});

describe("an answer is stored as", () => {
  test.each([
    ["Otter.", "otter"],
    ["ott", "otter"],
    ["o", /^#[0-9a-f]{8}$/],
    ["My card number is 4111", /^#[0-9a-f]{8}$/],
    ["", undefined],
  ])("%j: a word of the closed set or a hash", (text, stored) => {
    const answer = answerOf(text, { cell: "animal/en", answers: ["otter", "fox", "owl"] });
    if (stored instanceof RegExp) expect(answer).toMatch(stored);
    else expect(answer).toBe(stored);
  });
});
