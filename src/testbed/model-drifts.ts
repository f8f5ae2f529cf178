import { modelName } from "./answer-model.ts";
import type { Drift } from "./drift.ts";

/** What providers do to a model behind its name. */
export const modelDrifts = [
  {
    name: "model-swapped",
    sentence: `another model answers as ${modelName}`,
    reportedAs: ["output"],
    change: { kind: "model", service: { seed: 2 } },
  },
  {
    name: "model-quantised",
    sentence: `the weights of ${modelName} are rounded to 4 bits`,
    reportedAs: ["output"],
    change: { kind: "model", service: { bits: 4 } },
  },
  {
    name: "model-8-bit",
    sentence: `the weights of ${modelName} are rounded to 8 bits`,
    reportedAs: ["output"],
    change: { kind: "model", service: { bits: 8 } },
  },
  {
    name: "model-pruned",
    sentence: `a tenth of the weights of ${modelName} are 0`,
    reportedAs: ["output"],
    change: { kind: "model", service: { pruned: 0.1 } },
  },
  {
    name: "model-tuned",
    sentence: `${modelName} has learned ten more steps`,
    reportedAs: ["output"],
    change: { kind: "model", service: { steps: 10 } },
  },
  {
    name: "model-mixed",
    sentence: `another model answers as ${modelName} in every second hour`,
    reportedAs: ["output"],
    change: { kind: "model", service: { mixedWith: 2 } },
  },
  {
    name: "answers-replayed",
    sentence: `a cache in front of ${modelName} replays its answers`,
    reportedAs: ["output"],
    change: { kind: "model", service: { isCached: true } },
  },
  {
    name: "chat-template",
    sentence: `a system prompt is put before every prompt of ${modelName}`,
    reportedAs: ["output", "usage"],
    change: { kind: "model", service: { template: "You are a helpful assistant.\n" } },
  },
  {
    name: "logprobs-missing",
    sentence: `${modelName} drops logprobs without a word`,
    reportedAs: ["output"],
    change: { kind: "model", service: { logprobs: "missing" } },
  },
  {
    name: "logprobs-rounded",
    sentence: `logprobs of ${modelName} have two decimals`,
    reportedAs: ["output"],
    change: { kind: "model", service: { logprobs: "rounded" } },
  },
  {
    name: "max-tokens-refused",
    sentence: `${modelName} refuses max_tokens below 16`,
    reportedAs: ["output"],
    change: { kind: "model", service: { leastTokens: 16 } },
  },
  {
    name: "temperature-ignored",
    sentence: `${modelName} always answers with its likeliest token`,
    reportedAs: ["output"],
    change: { kind: "model", service: { ignoresTemperature: true } },
  },
] as const satisfies readonly Drift[];
