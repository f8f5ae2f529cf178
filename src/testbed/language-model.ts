import { seededRandom } from "../std/seeded-random.ts";

/** What a provider can do to a model behind a stable name. */
export interface ModelEdit {
  readonly seed?: number | undefined;
  /** Weights are rounded to so many bits. */
  readonly bits?: number | undefined;
  /** This share of the smallest weights is 0. */
  readonly pruned?: number | undefined;
  /** Weights move a little, as by a few gradient steps. */
  readonly steps?: number | undefined;
}

export interface LanguageModel {
  /** Logits of the first token of the answer, by token. */
  readonly logits: (prompt: string) => ReadonlyMap<string, number>;
}

const words: Readonly<Record<string, readonly string[]>> = {
  animal: "otter fox elephant lion tiger bear wolf cat dog horse penguin dolphin octopus owl giraffe panda".split(" "),
  color: "red blue green yellow orange purple teal pink black white gray turquoise".split(" "),
  city: "paris london tokyo kyoto lisbon berlin rome madrid vienna prague seoul oslo".split(" "),
  letter: "abcdefghijklmnopqrstuvwxyz".split(""),
  number: Array.from({ length: 100 }, (_, index) => String(index + 1)),
  thousand: Array.from({ length: 900 }, (_, index) => String(index + 101)),
};
const asked: readonly (readonly [name: keyof typeof words, RegExp])[] = [
  ["thousand", /1000/],
  ["animal", /animal/i],
  ["color", /color|Farbe/],
  ["city", /city|ville/],
  ["letter", /letter/],
  ["number", /number|Zahl|número|数字/],
];
const vocabulary = [...new Set(Object.values(words).flat())];

const width = 24;
/** How much a model knows of what it is asked for. */
const onTopic = 9;
/** Logits are so large that answers have a bit or two of entropy, as those of large models do. */
const sharpness = 2.2;

/** A network of one hidden layer with random weights: small, and different for each seed. */
export function createLanguageModel({ seed = 1, bits, pruned, steps }: ModelEdit = {}): LanguageModel {
  const random = seededRandom(seed);
  const draw = (): number => random() + random() + random() - 1.5;
  const shaped = (weights: Float64Array): Float64Array => edited(weights, { bits, pruned, steps });
  const first = shaped(Float64Array.from({ length: width * width }, draw));
  const last = shaped(Float64Array.from({ length: width * vocabulary.length }, draw));
  return {
    logits(prompt) {
      const input = featuresOf(prompt);
      const hidden = input.map((_, unit) => Math.tanh(dot(first, unit * width, input)));
      const topic = asked.find(([, pattern]) => pattern.test(prompt))?.[0];
      const expected = new Set(topic === undefined ? [] : words[topic]);
      return new Map(
        vocabulary.map((token, index) => {
          const own = sharpness * dot(last, index * width, hidden);
          return [token, own + (expected.has(token) ? onTopic : 0)] as const;
        }),
      );
    },
  };
}

function edited(weights: Float64Array, { bits, pruned = 0, steps = 0 }: ModelEdit): Float64Array {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const least = weights.map(Math.abs).toSorted()[Math.floor(pruned * weights.length)] ?? 0;
  const random = seededRandom(99);
  const unit = bits === undefined ? 0 : largest / 2 ** (bits - 1);
  return weights.map((weight) => {
    if (Math.abs(weight) < least) return 0;
    const moved = weight + steps * 0.002 * (random() - 0.5);
    return unit === 0 ? moved : Math.round(moved / unit) * unit;
  });
}

function dot(weights: Float64Array, from: number, input: readonly number[]): number {
  return input.reduce((sum, value, index) => sum + value * (weights[from + index] ?? 0), 0);
}

/** Hashed pairs of letters. */
function featuresOf(prompt: string): number[] {
  const features = Array.from({ length: width }, () => 0);
  for (let place = 0; place < prompt.length; place += 1) {
    const pair = prompt.charCodeAt(place) * 31 + (prompt.charCodeAt(place + 1) || 7);
    const unit = (pair * 2654435761) % width;
    features[unit] = (features[unit] ?? 0) + ((pair >> 3) % 2 === 0 ? 1 : -1);
  }
  const norm = Math.hypot(...features) || 1;
  return features.map((feature) => (2.5 * feature) / norm);
}
