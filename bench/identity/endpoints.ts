import { borderAnswer, type Model, newModel, perturbed, type Random } from "./endpoint.ts";

/** Batch noise of a log-probability. */
export const noise = 0.01;

export const instruments = {
  choices: { logprobs: false, noise },
  "border inputs": { logprobs: false, noise, border: borderAnswer },
  logprobs: { logprobs: true, noise },
} as const;
export type Instrument = keyof typeof instruments;

export type Route = (models: readonly Model[], nowMs: number, random: Random) => Model;
type Draw = (model: Model, random: Random) => Model;

const first = (models: readonly Model[]): Model => models[0] ?? { logits: {} };
const mixed: Route = (models, _nowMs, random) => models[Math.floor(random() * models.length)] ?? first(models);
const turns =
  (hours: number): Route =>
  (models, nowMs) =>
    models[Math.floor(nowMs / (hours * 3_600_000)) % models.length] ?? first(models);
const another: Draw = (_model, random) => newModel(random);
const near =
  (by: number): Draw =>
  (model, random) =>
    perturbed(model, by, random);

/** Endpoints that do not change: how many other back ends they have, how those differ, and which one answers. */
export const nulls: Readonly<Record<string, readonly [more: number, other: Draw, Route]>> = {
  "one back end": [0, another, first],
  "two, mixed": [1, another, mixed],
  "three, mixed": [2, another, mixed],
  "two near ones, mixed": [1, near(0.3), mixed],
  "two, 6 h each": [1, another, turns(6)],
  "two near ones, 20 h each": [1, near(0.3), turns(20)],
};

/** Endpoints of which one in two hours is another model. */
export const hourly = "another model, every second hour";

export const changes: Readonly<Record<string, Draw | "cache">> = {
  "another model": another,
  [hourly]: another,
  "the same family (logits ±1)": near(1),
  "4 bit (logits ±0.3)": near(0.3),
  "one fine-tuning step (logits ±0.03)": near(0.03),
  "replayed answers": "cache",
};
