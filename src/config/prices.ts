import { calcPrice } from "@pydantic/genai-prices";
import type { TokenPrice } from "../probe/target.ts";
import { microUsd } from "../std/money.ts";

const sampleTokens = 1000;
const million = 1_000_000;

/** List price of a model per million tokens; undefined when nobody lists it. */
export function listPrice(provider: string, model: string, multiplier: number): TokenPrice | undefined {
  const perMillion = (usage: { input_tokens?: number; output_tokens?: number; cache_read_tokens?: number }) => {
    const price = calcPrice(usage, model, { providerId: provider });
    return price === null ? undefined : microUsd(((price.total_price * multiplier) / sampleTokens) * million);
  };
  const inputPerMillion = perMillion({ input_tokens: sampleTokens });
  const outputPerMillion = perMillion({ output_tokens: sampleTokens });
  if (inputPerMillion === undefined || outputPerMillion === undefined) return undefined;
  return {
    inputPerMillion,
    outputPerMillion,
    cachedInputPerMillion: perMillion({ input_tokens: sampleTokens, cache_read_tokens: sampleTokens }),
  };
}
