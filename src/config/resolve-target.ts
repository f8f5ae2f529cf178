import type { ContractPolicy } from "../probe/contract-policy.ts";
import type { SecretRef, Target } from "../probe/target.ts";
import { tokenizerOf } from "../probe/tokenizer.ts";
import type { JsonObject } from "../std/json.ts";
import type { Check } from "./complaint.ts";
import { contractTermsOf } from "./contract-schema.ts";
import { declaredFrom } from "./declared-from-schema.ts";
import { listPrice } from "./prices.ts";
import { isPlainHttpUrl, plainUrl } from "../probe/reference-schemas.ts";
import type { ConfigText } from "./schema.ts";
import { readSecret, requireSecret, secretName } from "./secrets.ts";
import { capsOfTarget, requirePrice } from "./spend-caps.ts";

type TargetText = NonNullable<ReturnType<ConfigText["targets"]["get"]>>;

/** A target without its audit terms, which may name other targets. */
export function resolveTarget(name: string, whole: ConfigText, check: Check): Target {
  const text = whole.targets.get(name);
  if (text === undefined) throw new Error("resolved a target that is not configured");
  const { model, provider, key, keyHeader, maxTokensField, traceparent, tokenizer } = text;
  const { streamOptions, answerTokens, ends, extra, omit, exceptions } = text;
  const path = ["targets", name];
  if (key !== undefined) requireSecret("target", key, [...path, "key"], check);
  const { proxy, tls } = text.client;
  if (typeof proxy === "object") requireSecret("target", proxy, [...path, "client", "proxy"], check);
  for (const file of ["ca", "cert", "key"] as const) {
    if (tls?.[file] !== undefined) requireSecret("target", tls[file], [...path, "client", "tls", file], check);
  }
  const price = priceOf(text);
  if (price === undefined) requirePrice(name, whole, check.complaints);
  return {
    name,
    ...baseUrlOf(text.baseUrl, [...path, "baseUrl"], check),
    model,
    provider,
    key,
    keyHeader,
    ...headersOf(text.headers, [...path, "headers"], check),
    maxTokensField,
    streamOptions,
    answerTokens,
    ends,
    extra: extra as JsonObject,
    omit,
    exceptions,
    policy: text.client,
    price,
    traceparent,
    tokenizer: tokenizer === "none" ? undefined : (tokenizer ?? tokenizerOf(model)),
    contract: contractOf(text.contract, [...path, "contract"], check),
    spendCaps: capsOfTarget(name, whole),
    objectives: text.slo,
    maxBlindMs: text.maxBlind,
  };
}

/** A URL from the environment may hold a key in its path: it is checked like one that is written, and never shown. */
function baseUrlOf(
  given: TargetText["baseUrl"],
  path: readonly PropertyKey[],
  check: Check,
): Pick<Target, "baseUrl" | "baseUrlRef"> {
  if (typeof given === "string") return { baseUrl: given.replace(/\/+$/, "") };
  requireSecret("baseUrl", given, path, check);
  const url = readSecret(given, check.context)?.trim();
  if (url !== undefined && !isPlainHttpUrl(url)) {
    const hint = `correct the value of ${given.env}`;
    check.complaints.push({
      path,
      expected: `${plainUrl} in ${secretName(given)}`,
      got: "something else (not shown)",
      hint,
    });
  }
  return { baseUrl: (url ?? "").replace(/\/+$/, ""), baseUrlRef: given };
}

function headersOf(
  given: TargetText["headers"],
  path: readonly PropertyKey[],
  check: Check,
): Pick<Target, "headers" | "secretHeaders"> {
  const headers: [string, string][] = [];
  const secrets: [string, SecretRef][] = [];
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "string") headers.push([name, value]);
    else {
      requireSecret("target", value, [...path, name], check);
      secrets.push([name, value]);
    }
  }
  return {
    headers: Object.fromEntries(headers),
    ...(secrets.length > 0 && { secretHeaders: Object.fromEntries(secrets) }),
  };
}

function priceOf({ prices, provider, model }: TargetText): Target["price"] {
  if (prices === undefined || "multiplier" in prices) return listPrice(provider, model, prices?.multiplier ?? 1);
  const { input, output, cachedInput } = prices;
  return { inputPerMillion: input, outputPerMillion: output, cachedInputPerMillion: cachedInput };
}

function contractOf(
  text: TargetText["contract"],
  path: readonly PropertyKey[],
  check: Check,
): ContractPolicy | undefined {
  if (text === undefined) return undefined;
  const { declared, ...terms } = contractTermsOf(text);
  const isFile = typeof declared === "object";
  return { ...terms, declared: isFile ? declaredFrom(declared, [...path, "declared"], check) : declared };
}
