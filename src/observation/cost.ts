import type { TokenPrice } from "../probe/target.ts";
import type { MicroUsd } from "../std/money.ts";
import type { Usage } from "./observation.ts";

/**
 * What a reply costs by the price in force; undefined when the usage or the price is unknown. Cached tokens are
 * taken as part of the prompt tokens, reasoning tokens as part of the completion tokens (OpenAI's convention).
 */
export function costOf(usage: Usage | undefined, price: TokenPrice | undefined): MicroUsd | undefined {
  if (price === undefined || usage?.promptTokens === undefined || usage.completionTokens === undefined)
    return undefined;
  const cached = Math.min(usage.cachedTokens ?? 0, usage.promptTokens);
  const perMillion =
    (usage.promptTokens - cached) * price.inputPerMillion +
    cached * (price.cachedInputPerMillion ?? price.inputPerMillion) +
    usage.completionTokens * price.outputPerMillion;
  return Math.ceil(perMillion / 1_000_000);
}
