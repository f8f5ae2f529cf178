import type { TokenPrice } from "../probe/target.ts";
import type { MicroUsd } from "../std/money.ts";
import type { Usage } from "../probe/usage.ts";
import { sumsOf } from "./usage-sums.ts";

/**
 * What a reply costs by the price in force; undefined when the usage or the price is unknown. Cached tokens are taken as
 * part of the prompt tokens, reasoning tokens as part of the completion tokens (OpenAI's convention), unless the total
 * shows that they are counted beside them: then they cost beside them as well.
 */
export function costOf(usage: Usage | undefined, price: TokenPrice | undefined): MicroUsd | undefined {
  if (price === undefined || usage?.promptTokens === undefined || usage.completionTokens === undefined)
    return undefined;
  const { promptTokens, completionTokens, totalTokens, cachedTokens = 0, reasoningTokens = 0 } = usage;
  const hasParts = cachedTokens + reasoningTokens > 0;
  const convention = hasParts ? sumsOf(usage).find(({ tokens }) => tokens === totalTokens) : undefined;
  const cached = convention?.besideCached === true ? cachedTokens : Math.min(cachedTokens, promptTokens);
  const prompt = convention?.besideCached === true ? promptTokens : promptTokens - cached;
  const completion = completionTokens + (convention?.besideReasoning === true ? reasoningTokens : 0);
  const perMillion =
    prompt * price.inputPerMillion +
    cached * (price.cachedInputPerMillion ?? price.inputPerMillion) +
    completion * price.outputPerMillion;
  return Math.ceil(perMillion / 1_000_000);
}
