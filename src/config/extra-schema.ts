import { z } from "zod";

/** Fields that a scenario decides, or that would change what a request may cost. */
const ofScenario: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "stream",
  "stream_options",
  "max_tokens",
  "max_completion_tokens",
  "n",
  "tools",
  "functions",
  "response_format",
]);

export const extra = z
  .record(z.string().min(1).max(100), z.json())
  .refine((fields) => Object.keys(fields).every((name) => !ofScenario.has(name)), {
    error: `none of ${[...ofScenario].join(", ")}: these belong to a scenario`,
  })
  .default({})
  .meta({
    description: "additional fields of each request body, such as the back ends that a router may use",
    examples: [{ provider: { only: ["azure"], allow_fallbacks: false } }],
  });
