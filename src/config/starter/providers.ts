/** What a first configuration for one kind of endpoint needs; docs/recipes.md explains each. */
export interface StarterProvider {
  readonly title: string;
  readonly baseUrl: string;
  readonly model: string;
  /** The environment variable of its key; undefined: it has none. */
  readonly keyEnv: string | undefined;
  /** Further lines of the target. */
  readonly settings: readonly string[];
  /** Tokens cost nothing: caps count tokens and requests. */
  readonly isFree?: true;
  /** The address differs from one installation to the next. */
  readonly isYours?: true;
}

const newField = "maxTokensField: max_completion_tokens";

export const starterProviders = {
  cometapi: {
    title: "CometAPI",
    baseUrl: "https://api.cometapi.com/v1",
    model: "gpt-4o-mini",
    keyEnv: "COMETAPI_KEY",
    settings: ["provider: openai", "# Most models cost less here than the list price.", "prices: { multiplier: 0.8 }"],
  },
  openai: {
    title: "OpenAI",
    baseUrl: "https://api.openai.com/v1",
    model: "gpt-4o-mini",
    keyEnv: "OPENAI_API_KEY",
    settings: [newField],
  },
  azure: {
    title: "Azure OpenAI",
    baseUrl: "https://my-resource.openai.azure.com/openai/v1",
    model: "gpt-4o-mini",
    keyEnv: "AZURE_OPENAI_API_KEY",
    settings: ["provider: azure", 'keyHeader: { name: api-key, prefix: "" }', newField],
    isYours: true,
  },
  openrouter: {
    title: "OpenRouter",
    baseUrl: "https://openrouter.ai/api/v1",
    model: "openai/gpt-4o-mini",
    keyEnv: "OPENROUTER_API_KEY",
    settings: ["provider: openrouter"],
  },
  litellm: {
    title: "LiteLLM",
    baseUrl: "http://127.0.0.1:4000/v1",
    model: "chat-default",
    keyEnv: "LITELLM_VIRTUAL_KEY",
    settings: [
      "provider: litellm",
      "# Prices of the real model, for one million tokens.",
      "prices: { input: 0.15 USD, output: 0.60 USD }",
    ],
    isYours: true,
  },
  vllm: {
    title: "vLLM",
    baseUrl: "http://127.0.0.1:8000/v1",
    model: "Qwen/Qwen3-8B",
    keyEnv: undefined,
    settings: ["provider: vllm", "prices: { input: 0 USD, output: 0 USD }"],
    isFree: true,
    isYours: true,
  },
  ollama: {
    title: "Ollama",
    baseUrl: "http://127.0.0.1:11434/v1",
    model: "llama3.2:3b",
    keyEnv: undefined,
    settings: [
      "provider: ollama",
      "prices: { input: 0 USD, output: 0 USD }",
      "# Ollama may have to load the model first.",
      "client: { firstByte: 2m, firstContent: 2m, total: 3m }",
    ],
    isFree: true,
    isYours: true,
  },
  other: {
    title: "another URL",
    baseUrl: "https://llm.example.com/v1",
    model: "my-model",
    keyEnv: "LLM_API_KEY",
    settings: [
      "# Prices for one million tokens. Correct them: caps and costs depend on them.",
      "prices: { input: 1 USD, output: 3 USD }",
    ],
    isYours: true,
  },
} satisfies Readonly<Record<string, StarterProvider>>;

export type StarterProviderName = keyof typeof starterProviders;
