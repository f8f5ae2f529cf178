import { stringify } from "yaml";
import { type StarterProvider, type StarterProviderName, starterProviders } from "./providers.ts";
import { type StarterReceiver, type StarterReceiverName, starterReceivers } from "./receivers.ts";

export interface StarterChoices {
  readonly provider: StarterProviderName;
  readonly baseUrl?: string | undefined;
  readonly model?: string | undefined;
  /** The environment variable of the key. */
  readonly keyEnv?: string | undefined;
  readonly receiver?: StarterReceiverName | undefined;
}

export interface Starter {
  readonly text: string;
  /** What must be set before the first run, with an example of each value. */
  readonly variables: Readonly<Record<string, string>>;
}

/** A first configuration: valid as it is, if the address is valid. */
export function starterConfig(choices: StarterChoices): Starter {
  const provider: StarterProvider = starterProviders[choices.provider];
  const receiver: StarterReceiver | undefined = choices.receiver && starterReceivers[choices.receiver];
  const name = choices.provider === "other" ? "api" : choices.provider;
  const keyEnv = choices.keyEnv ?? provider.keyEnv;
  const probe = (words: string): string => `  - { ${words.replace("TARGET", `target: ${name}`)} }`;
  const lines = [
    "# docs/recipes.md has more for each provider, docs/reference/config.md every setting.",
    "targets:",
    `  ${name}:`,
    ...indented(4, [
      `baseUrl: ${scalar(choices.baseUrl ?? provider.baseUrl)}`,
      `model: ${scalar(choices.model ?? provider.model)}`,
      ...(keyEnv === undefined
        ? []
        : ["# The key is read from the environment; never write it here.", `key: { env: ${keyEnv} }`]),
      ...provider.settings,
      "# Nothing is sent that could exceed this.",
      provider.isFree === true
        ? "spendCap: { tokensPerDay: 500000, requestsPerDay: 2000 }"
        : "spendCap: { perDay: 0.50 USD }",
    ]),
    "",
    "probes:",
    probe("name: valid, TARGET, scenario: valid-request, every: 5m"),
    probe("name: streamed, TARGET, scenario: streamed-request, every: 5m"),
    keyEnv === undefined
      ? probe("name: no-model, TARGET, scenario: missing-model, every: 30m")
      : probe("name: bad-key, TARGET, scenario: invalid-key, every: 30m"),
    "",
    ...receiverLines(choices.receiver, receiver),
  ];
  return {
    text: `${lines.join("\n")}\n`,
    variables: { ...(keyEnv !== undefined && { [keyEnv]: "…" }), ...receiver?.variables },
  };
}

function receiverLines(kind: string | undefined, receiver: StarterReceiver | undefined): readonly string[] {
  const { settings } = receiver ?? starterReceivers.slack;
  const lines = ["receivers:", "  oncall:", `    ${kind ?? "slack"}:`, ...indented(6, settings)];
  if (receiver !== undefined) return lines;
  return [
    "# Nobody is notified yet. docs/receivers.md lists every kind of receiver.",
    ...lines.map((line) => `# ${line}`),
  ];
}

function indented(columns: number, lines: readonly string[]): readonly string[] {
  return lines.map((line) => " ".repeat(columns) + line);
}

/** Quoted where YAML would read something else. */
function scalar(text: string): string {
  return stringify(text, { lineWidth: 0, blockQuote: false }).trimEnd();
}
