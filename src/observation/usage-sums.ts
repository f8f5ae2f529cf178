import type { Usage } from "../probe/usage.ts";

/** What the total may be the sum of, the usual first; none while a part is not reported. */
export function sumsOf({ promptTokens: prompt, completionTokens: completion, cachedTokens, reasoningTokens }: Usage) {
  if (prompt === undefined || completion === undefined) return [];
  const [cached, reasoning] = [cachedTokens ?? 0, reasoningTokens ?? 0];
  return [
    { besideCached: false, besideReasoning: false },
    { besideCached: false, besideReasoning: true },
    { besideCached: true, besideReasoning: false },
    { besideCached: true, besideReasoning: true },
  ].map(({ besideCached, besideReasoning }) => ({
    besideCached,
    besideReasoning,
    tokens: prompt + completion + (besideCached ? cached : 0) + (besideReasoning ? reasoning : 0),
    text:
      `${prompt} + ${completion}` +
      (besideReasoning ? ` + ${reasoning} reasoning` : "") +
      (besideCached ? ` + ${cached} cached` : ""),
  }));
}
