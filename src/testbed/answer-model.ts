import { isJsonObject, type Json, type JsonObject } from "../std/json.ts";
import { createLanguageModel, type LanguageModel, type ModelEdit } from "./language-model.ts";
import { type PassingReply, textReply } from "./upstream.ts";

/** The model of the test bed that has a distribution of answers. All others repeat one sentence. */
export const modelName = "plumb-1";

/** What the provider does behind its name; the last one of each kind counts. */
export interface ModelService extends ModelEdit {
  /** Another model answers in every second hour. */
  readonly mixedWith?: number;
  readonly isCached?: boolean;
  /** Put before every prompt. */
  readonly template?: string;
  readonly logprobs?: "missing" | "rounded";
  /** Limits below it are refused. */
  readonly leastTokens?: number;
  readonly ignoresTemperature?: boolean;
}

export interface ModelAnswers {
  /** undefined: another model is asked for. */
  answer(body: Buffer, authorization: string | undefined, service: ModelService): PassingReply | undefined;
}

const json = { "content-type": "application/json" };
/** Batches and kernels: logits differ in the second decimal from request to request. */
const noise = 0.02;

export function createModelAnswers(key: string, random: () => number, nowMs: () => number): ModelAnswers {
  const models = new Map<string, LanguageModel>();
  const cache = new Map<string, string>();
  const modelOf = ({ seed, bits, pruned, steps }: ModelEdit): LanguageModel => {
    const edit = { seed, bits, pruned, steps };
    const name = JSON.stringify(edit);
    const model = models.get(name) ?? createLanguageModel(edit);
    models.set(name, model);
    return model;
  };
  return {
    answer(body, authorization, service) {
      const asked = parsed(body);
      if (asked?.["model"] !== modelName) return undefined;
      if (authorization !== `Bearer ${key}`) return refusal(401, "Incorrect API key provided", "invalid_api_key");
      const most = Number(asked["max_tokens"] ?? asked["max_completion_tokens"] ?? 16);
      if (most < (service.leastTokens ?? 1))
        return refusal(400, `max_tokens must be at least ${service.leastTokens}`, "invalid_value");
      const isOther = service.mixedWith !== undefined && Math.floor(nowMs() / 3_600_000) % 2 === 1;
      const model = modelOf(isOther ? { ...service, seed: service.mixedWith } : service);
      const prompt = `${service.template ?? ""}${promptOf(asked)}`;
      const drawn = draw(
        model,
        prompt,
        service.ignoresTemperature === true ? 0 : Number(asked["temperature"] ?? 1),
        random,
      );
      if (service.isCached !== true) cache.clear();
      const token = (service.isCached === true ? cache.get(prompt) : undefined) ?? drawn.token;
      if (service.isCached === true) cache.set(prompt, token);
      const hasLogprobs = asked["logprobs"] === true && service.logprobs !== "missing";
      const round = (logprob: number): number =>
        service.logprobs === "rounded" ? Math.round(logprob * 100) / 100 : logprob;
      const top = drawn.logprobs.slice(0, Number(asked["top_logprobs"] ?? 0));
      const content = [
        { token, logprob: 0, top_logprobs: top.map(([of, logprob]) => ({ token: of, logprob: round(logprob) })) },
      ];
      const choice = {
        index: 0,
        message: { role: "assistant", content: token },
        finish_reason: most === 1 ? "length" : "stop",
      };
      const prompted = Math.ceil(prompt.length / 4) + 7;
      const reply = {
        id: `chatcmpl-${String(Math.floor(random() * 1e9))}`,
        object: "chat.completion",
        created: Math.floor(nowMs() / 1000),
        model: modelName,
        system_fingerprint: "fp_testbed",
        choices: [{ ...choice, ...(hasLogprobs && { logprobs: { content } }) }],
        usage: { prompt_tokens: prompted, completion_tokens: 1, total_tokens: prompted + 1 },
      };
      return textReply(200, json, JSON.stringify(reply));
    },
  };
}

function draw(model: LanguageModel, prompt: string, temperature: number, random: () => number) {
  const noisy = [...model.logits(prompt)].map(
    ([token, logit]) => [token, logit + noise * (random() + random() - 1)] as const,
  );
  const sorted = noisy.toSorted(([, a], [, b]) => b - a);
  const most = sorted[0]?.[1] ?? 0;
  const whole = Math.log(sorted.reduce((sum, [, logit]) => sum + Math.exp(logit - most), 0));
  const logprobs = sorted.map(([token, logit]) => [token, logit - most - whole] as const);
  if (temperature <= 0) return { token: sorted[0]?.[0] ?? "", logprobs };
  const weights = sorted.map(([, logit]) => Math.exp((logit - most) / temperature));
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const place = weights.findIndex((weight) => (left -= weight) < 0);
  return { token: sorted[Math.max(0, place)]?.[0] ?? "", logprobs };
}

function parsed(body: Buffer): JsonObject | undefined {
  try {
    const value = JSON.parse(body.toString("utf8")) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function promptOf({ messages }: JsonObject): string {
  const last = Array.isArray(messages) ? messages.at(-1) : undefined;
  return isJsonObject(last) && typeof last["content"] === "string" ? last["content"] : "";
}

function refusal(status: number, message: string, code: string): PassingReply {
  return textReply(
    status,
    json,
    JSON.stringify({ error: { message, type: "invalid_request_error", param: null, code } }),
  );
}
