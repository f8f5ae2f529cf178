import { choices } from "../../src/scenario/same-model/choices.ts";
import { hashedTops } from "../../src/observation/question.ts";

/** A simulated model: for each question the logits of its answers. What a tokenizer or a network does is not simulated. */
export interface Model {
  readonly logits: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export type Random = () => number;

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const tokens = Array.from({ length: 40 }, (_, index) => `t${index}`);
const thousand = Array.from({ length: 999 }, (_, index) => String(index + 1));

/** Entropies about 1 bit for words, as published; a number up to 1000 has about 4. */
export function newModel(random: Random): Model {
  const logits: Record<string, Record<string, number>> = {};
  for (const { cell, answers } of choices) logits[cell] = drawn(answers, 2.4 + 1.2 * random(), random);
  logits["repeat"] = drawn(thousand, 1.6 + 0.8 * random(), random);
  logits["logprobs"] = drawn(tokens, 2, random);
  return { logits };
}

function drawn(answers: readonly string[], spread: number, random: Random): Record<string, number> {
  return Object.fromEntries(answers.map((answer) => [answer, spread * normal(random)]));
}

/** Another precision, a gradient step, a sibling: every logit moves by about so much. */
export function perturbed({ logits }: Model, by: number, random: Random): Model {
  const moved = Object.entries(logits).map(([cell, of]) => [
    cell,
    Object.fromEntries(Object.entries(of).map(([answer, logit]) => [answer, logit + by * normal(random)])),
  ]);
  return { logits: Object.fromEntries(moved) as Model["logits"] };
}

/** The first token of a very short input: one of the two likeliest. One input of about ten is undecided for a model. */
export function borderAnswer({ logits }: Model, drawnNumber: number, random: Random): string {
  const own = Object.values(logits["logprobs"] ?? {});
  const logitAt = (place: number): number => own[place % own.length] ?? 0;
  const likeliest = Array.from({ length: 6 }, (_, index) => drawnNumber + 7 * index).toSorted(
    (a, b) => logitAt(b) - logitAt(a),
  );
  const tie = Math.sin(logitAt(drawnNumber) * 50 + drawnNumber) * 24;
  const place = random() < 1 / (1 + Math.exp(-tie)) ? 0 : 1;
  return `t${(likeliest[place] ?? 0) % own.length}`;
}

const probabilities = new WeakMap<object, readonly (readonly [string, number])[]>();

export function shares(of: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  let found = probabilities.get(of);
  if (found === undefined) {
    const whole = Object.values(of).reduce((sum, logit) => sum + Math.exp(logit), 0);
    found = Object.entries(of)
      .map(([answer, logit]) => [answer, Math.exp(logit) / whole] as const)
      .toSorted(([, a], [, b]) => b - a);
    probabilities.set(of, found);
  }
  return found;
}

export function answerIn(of: Readonly<Record<string, number>>, random: Random): string {
  let left = random();
  for (const [answer, share] of shares(of)) {
    left -= share;
    if (left < 0) return answer;
  }
  return shares(of)[0]?.[0] ?? "";
}

/** The top of the first token, with the noise of batches and kernels. */
export function topsIn({ logits }: Model, noise: number, random: Random) {
  const list = shares(logits["logprobs"] ?? {}).map(
    ([token, share]) => [token, Math.log(share) + noise * normal(random)] as const,
  );
  return hashedTops(list.toSorted(([, a], [, b]) => b - a).slice(0, 5));
}
