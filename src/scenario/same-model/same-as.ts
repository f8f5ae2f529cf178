import { maxTokens as usualTokens } from "../built-in.ts";
import type { Scenario } from "../scenario.ts";
import { choices, mostDrawn } from "./choices.ts";
import { isAnswer, promptTokens } from "./same-model.ts";

/** Questions in a run, each asked of both. */
export const pairsPerRun = 3;
const calls = 2 * pairsPerRun;
const shortAnswer = 16;

/** Asks a target and its reference the same one-token questions in turn, in random order. Each answers for itself: nothing is learned first. */
export const sameAs: Scenario = {
  name: "same-as",
  summary: "one-token questions to a target and its reference (sameAs): do both answer alike?",
  polarity: "positive",
  maxCalls: calls,
  maxPromptTokens: calls * promptTokens,
  maxOutputTokens: calls * usualTokens,
  expectations: [],
  nextCall(done, { target, random = () => 0 }) {
    const reference = target.sameAs;
    const before = done.at(-1);
    if (reference === undefined || done.length === calls || (before !== undefined && !isAnswer(before)))
      return undefined;
    const first = done.length % 2 === 1 ? before?.question : undefined;
    const drawn = first?.drawn ?? Math.floor(random() * mostDrawn);
    const place = first === undefined ? (random() < 0.5 ? 1 : 2) : first.place === 1 ? 2 : 1;
    const { cell, answers, phrasings } = choices[drawn % choices.length] ?? { cell: "", answers: [], phrasings: [] };
    const content = phrasings[Math.floor(drawn / choices.length) % phrasings.length] ?? "";
    const maxTokens = Math.max(shortAnswer, target.answerTokens ?? 0);
    const number = Math.floor(done.length / 2) + 1;
    return {
      name: `${place === 1 ? "target" : "reference"}/${number}`,
      ask: { messages: [{ role: "user", content }], maxTokens, stream: false, extra: { temperature: 1 } },
      question: { cell, place, drawn, answers },
      credential: "configured",
      isAuxiliary: true,
      ...(place === 2 && { target: reference }),
    };
  },
};
