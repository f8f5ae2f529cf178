import type { Observation } from "../../observation/observation.ts";
import type { Question } from "../../observation/question.ts";
import type { Ask } from "../../probe/probe.ts";
import type { Json } from "../../std/json.ts";
import type { Call, PlayContext, Scenario } from "../scenario.ts";
import { type Choice, choices, mostDrawn, oneLetter, repeated, shortInput, upToThousand } from "./choices.ts";
import { batch, borderCell, isTried, ladder, mostRequests, requestsOf, type Want, wantsOf } from "./enrolment.ts";
import { type Enrolling, readEnrolling, readFingerprint, type Variant } from "./fingerprint.ts";

/** What a run asks once it is enrolled: two questions, and one that is asked twice. */
export const watchedRequests = 4;
/** The most tokens of a prompt, chat template included, and of one reply. */
export const promptTokens = 100;

interface Step {
  readonly ask: (random: () => number) => { readonly ask: Ask; readonly question: Question };
}

interface Plan {
  readonly steps: readonly Step[];
  readonly maxTokens: number;
  /** Goes on with the next step only if this one was not answered. */
  readonly untilAnswered?: boolean;
}

/** Asks a few one-token questions whose answers show whether another model replies. */
export const sameModel: Scenario = {
  ...scenarioOf(ladderPlan(16)),
  maxCalls: watchedRequests,
  maxPromptTokens: watchedRequests * promptTokens,
  maxOutputTokens: watchedRequests * 16,
  enrolment: {
    maxRequests: mostRequests,
    maxPromptTokens: mostRequests * promptTokens,
    maxOutputTokens: mostRequests * 16,
    usual: { promptTokens: 20, outputTokens: 1 },
  },
  resume: ({ learned, state }, answerTokens = 48) => scenarioOf(planOf(learned, state, answerTokens)),
};

function scenarioOf({ steps, maxTokens, untilAnswered = false }: Plan): Scenario {
  return {
    name: "same-model",
    summary: "one-token questions: is it still the same model?",
    polarity: "positive",
    maxCalls: steps.length,
    maxPromptTokens: steps.length * promptTokens,
    maxOutputTokens: steps.length * maxTokens,
    expectations: [],
    nextCall(done, context) {
      const last = done.at(-1);
      if (last !== undefined && untilAnswered ? !isRefused(last) : last !== undefined && !isAnswer(last))
        return undefined;
      return callOf(steps[done.length], done, context);
    },
  };
}

function callOf(step: Step | undefined, done: readonly Observation[], { random = () => 0 }: PlayContext) {
  if (step === undefined) return undefined;
  const last = done.at(-1)?.question;
  const { ask, question } = step.ask(random);
  // The second of two equal requests is made with the number that the first was drawn with.
  const isSecond = question.cell === last?.cell && question.place === 2;
  const again =
    isSecond && last.drawn !== undefined ? step.ask(() => (last.drawn ?? 0) / mostDrawn) : { ask, question };
  return {
    name: nameOf(question),
    ask: again.ask,
    question: again.question,
    credential: "configured",
    isAuxiliary: true,
  } as const satisfies Call;
}

/** Few names: `border/1`, never the input itself. */
function nameOf({ cell, place }: Question): string {
  return place === undefined ? cell : `${cell}/${place}`;
}

function planOf(learned: Json | undefined, state: Json | undefined, answerTokens: number): Plan {
  const known = readFingerprint(learned);
  if (known !== undefined) return watchPlan(known.variant, known.letter, known.borders);
  const enrolling = readEnrolling(state);
  if (enrolling?.variant === undefined) return ladderPlan(answerTokens);
  return enrolPlan(enrolling, enrolling.variant);
}

function ladderPlan(answerTokens: number): Plan {
  const variants = ladder(answerTokens);
  const maxTokens = Math.max(...variants.map((variant) => variant.maxTokens));
  const steps = variants.map((variant, place) => ({
    ask: (random: () => number) => ({
      ask: askOf(choices[0]?.phrasings[0] ?? "", variant, variant.logprobs ? logprobs : {}),
      question: { cell: "ladder", place: place + 1, drawn: Math.floor(random() * mostDrawn) },
    }),
  }));
  return { steps, maxTokens, untilAnswered: true };
}

function enrolPlan(enrolling: Enrolling, variant: Variant): Plan {
  const steps: Step[] = [];
  const borders = new Set<number>();
  for (const want of wantsOf(enrolling)) {
    if (want.kind === "border" && borders.has(want.index) && !isTried(enrolling, want.index)) continue;
    if (want.kind === "border") borders.add(want.index);
    if (steps.length + requestsOf(want) > (enrolling.batch ?? batch)) break;
    steps.push(...stepsOf(want, variant, enrolling));
  }
  return { steps, maxTokens: variant.maxTokens };
}

function watchPlan(variant: Variant, letter: number, borders: readonly number[]): Plan {
  const known = { letter, borders };
  const border: Step = {
    ask: (random) => anyOf([...borders.keys()], random, (index) => stepsOf({ kind: "border", index }, variant, known)),
  };
  const choice = anyChoice(variant);
  const likeliest = stepsOf({ kind: "letter" }, variant, known);
  const first = variant.logprobs ? [...likeliest, choice] : borders.length > 0 ? [border, border] : [choice, choice];
  return { steps: [...first, ...stepsOf({ kind: "repeat" }, variant, known)], maxTokens: variant.maxTokens };
}

/** Samples of each instrument in a run of an enrolled endpoint. */
export function watchedShares({ logprobs }: Variant, borders: readonly number[]): Readonly<Record<string, number>> {
  if (logprobs) return { logprobs: 1, distance: 1, decimals: 1, choices: 2, all: 3, repeats: 1 };
  return borders.length > 0 ? { borders: 2, choices: 1, all: 3, repeats: 1 } : { choices: 3, repeats: 1 };
}

function anyChoice(variant: Variant): Step {
  return { ask: (random) => anyOf(choices, random, (choice) => [choiceStep(choice, variant)]) };
}

function anyOf<Item>(items: readonly Item[], random: () => number, stepsFor: (item: Item) => readonly Step[]) {
  const [step] = stepsFor(items[Math.floor(random() * items.length)] as Item);
  return (step as Step).ask(random);
}

function stepsOf(want: Want, variant: Variant, known: Pick<Enrolling, "letter" | "borders">): readonly Step[] {
  switch (want.kind) {
    case "choice": {
      const choice = choices.find(({ cell }) => cell === want.cell);
      return choice === undefined ? [] : [choiceStep(choice, variant)];
    }
    case "repeat":
      return [1, 2].map((place) => ({
        ask: (random) => {
          const drawn = Math.floor(random() * mostDrawn);
          const text = repeated[Math.floor((drawn / mostDrawn) * repeated.length)] ?? "";
          return { ask: askOf(text, variant), question: { cell: "repeat", place, drawn, answers: upToThousand } };
        },
      }));
    case "letter":
      return [
        { ask: () => ({ ask: askOf(oneLetter(known.letter), variant, logprobs), question: { cell: "logprobs" } }) },
      ];
    case "border": {
      const text = shortInput(known.borders[want.index] ?? 0);
      const question = { cell: borderCell(want.index) };
      return [{ ask: () => ({ ask: askOf(text, variant, greedy), question }) }];
    }
    case "search":
      return [1, 2].map((place) => ({
        ask: (random) => {
          const drawn = Math.floor(random() * mostDrawn);
          return { ask: askOf(shortInput(drawn), variant, greedy), question: { cell: "search", place, drawn } };
        },
      }));
    default:
      return want satisfies never;
  }
}

function choiceStep({ cell, phrasings, answers }: Choice, variant: Variant): Step {
  return {
    ask: (random) => {
      const text = phrasings[Math.floor(random() * phrasings.length)] ?? "";
      return { ask: askOf(text, variant), question: { cell, answers } };
    },
  };
}

const greedy = { temperature: 0 };
const logprobs = { temperature: 0, logprobs: true, top_logprobs: 5 };

function askOf(content: string, { maxTokens, temperature }: Variant, extra: Ask["extra"] = {}): Ask {
  const heat = temperature ? { temperature: 1, ...extra } : {};
  return { messages: [{ role: "user", content }], maxTokens, stream: false, extra: heat };
}

/** The endpoint does not take the request, or has nothing to say within the limit: not trouble of the moment. */
export function isRefused({ outcome }: Observation): boolean {
  if (outcome.kind === "fault") return false;
  const { status, text } = outcome;
  const isOfRequest = status >= 400 && status < 500 && ![401, 402, 403, 404, 408, 429].includes(status);
  return isOfRequest || (status < 300 && text.class === "empty");
}

export function isAnswer({ outcome }: Observation): boolean {
  return outcome.kind === "reply" && outcome.status < 300 && outcome.text.length > 0;
}
