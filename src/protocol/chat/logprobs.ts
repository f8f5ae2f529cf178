import { isJsonObject, type Json } from "../../std/json.ts";

const mostTokens = 20;

/** `choices[0].logprobs.content[0].top_logprobs`, or the older `choices[0].logprobs.top_logprobs[0]`, a map. */
export function topLogprobs(document: Json | undefined): readonly (readonly [token: string, logprob: number])[] {
  const [choice] = listAt(document, "choices");
  const logprobs = isJsonObject(choice) ? choice["logprobs"] : undefined;
  const [first] = listAt(logprobs, "content");
  const [older] = listAt(logprobs, "top_logprobs");
  const pairs = isJsonObject(older)
    ? Object.entries(older)
    : listAt(first, "top_logprobs").map((top) => (isJsonObject(top) ? [top["token"], top["logprob"]] : []));
  return pairs
    .slice(0, mostTokens)
    .flatMap(([token, logprob]) =>
      typeof token === "string" && typeof logprob === "number" && logprob <= 0.01 ? [[token, logprob] as const] : [],
    );
}

function listAt(value: Json | undefined, name: string): readonly Json[] {
  const found = isJsonObject(value) ? value[name] : undefined;
  return Array.isArray(found) ? found : [];
}
