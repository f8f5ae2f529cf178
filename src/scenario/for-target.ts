import type { Target } from "../probe/target.ts";
import { maxTokens as usualTokens } from "./built-in.ts";
import type { Scenario } from "./scenario.ts";

/** A built-in scenario as this target can answer it: it may need more tokens because it thinks, or send no `[DONE]`. */
export function forTarget(scenario: Scenario, { answerTokens = usualTokens, ends }: Target): Scenario {
  if (answerTokens === usualTokens && ends !== "finish") return scenario;
  const more = (tokens: number): number =>
    tokens === usualTokens ? answerTokens : tokens > usualTokens ? Math.max(tokens, answerTokens) : tokens;
  return {
    ...scenario,
    maxOutputTokens: Math.ceil((scenario.maxOutputTokens * Math.max(usualTokens, answerTokens)) / usualTokens),
    expectations: scenario.expectations.map((rule) =>
      rule.kind === "within-cap"
        ? { ...rule, maxTokens: more(rule.maxTokens) }
        : rule.kind === "stream-complete"
          ? { ...rule, endsAt: ends }
          : rule,
    ),
    nextCall(done, context) {
      const call = scenario.nextCall(done, context);
      return call && { ...call, ask: { ...call.ask, maxTokens: more(call.ask.maxTokens) } };
    },
  };
}
