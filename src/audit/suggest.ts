import { isCapSpent, refusesStreamOptions } from "../observation/error-facts.ts";
import type { Target } from "../probe/target.ts";
import type { AuditView, PlayedScenario } from "./view.ts";

/** How often each is worth repeating: what users feel often, what it costs or rarely changes seldom. */
const cadences: Readonly<Record<string, string>> = {
  "valid-request": "5m",
  "streamed-request": "5m",
  "invalid-key": "30m",
  "missing-model": "1h",
  "malformed-messages": "1h",
  "broken-json": "6h",
  "unavailable-model": "6h",
  "wrong-path": "6h",
  "token-budget": "6h",
  "stream-agrees": "6h",
  "tool-call": "1h",
  "structured-output": "1h",
  "model-listed": "1h",
};

/** What a target may be without. */
const optional = ["tool-call", "structured-output"] as const;

/** How targets say that they do not know a parameter. */
const refusal = /unsupported|not supported|unknown|extra_forbidden|unrecognized|not permitted/i;

/** What the audit found out about how this target has to be asked, as keys of the target. */
export function suggestTraits(target: Target, view: AuditView): string[] {
  const streamed = view.reply("streamed-request");
  const errors = ["valid-request", "streamed-request"].flatMap((name) => view.reply(name)?.error ?? []);
  const plain = view.reply("valid-request");
  const isCut = plain?.text.class === "empty" && plain.finishReasons.includes("length");
  const isSpent = errors.some(isCapSpent);
  const refused = errors.flatMap(({ type, code, param, message }) =>
    param !== undefined && refusal.test(`${type} ${code} ${message}`) ? [param] : [],
  );
  const fields = [...new Set(refused.map((param) => param.split(".")[0] ?? ""))].filter(
    (name) => name !== "stream_options",
  );
  const refusedScenarios = optional.filter((name) => (view.reply(name, "plain")?.status ?? 200) >= 400);
  const isRenamed = fields.includes(target.maxTokensField);
  const omitted = fields.filter((name) => name !== target.maxTokensField && name !== "model" && name !== "messages");
  return [
    ...(errors.some(refusesStreamOptions) ? ["streamOptions: false"] : []),
    ...(isCut || isSpent ? ["answerTokens: 512"] : []),
    ...(target.ends !== "finish" &&
    streamed?.streamEnd === "no-done" &&
    streamed.finishReasons.some((it) => it !== null)
      ? ["ends: finish"]
      : []),
    ...(isRenamed
      ? [`maxTokensField: ${target.maxTokensField === "max_tokens" ? "max_completion_tokens" : "max_tokens"}`]
      : []),
    ...(refusedScenarios.length > 0 && !isCut && plain?.status === 200
      ? [`exceptions: { ${refusedScenarios.map((name) => `${name}: "not supported"`).join(", ")} }`]
      : []),
    ...(omitted.length > 0 ? [`omit: [${omitted.join(", ")}]`] : []),
  ];
}

/** Probes for what this target was seen to hold to, as YAML to be put under `probes`. */
export function suggestProbes(target: Target, played: readonly PlayedScenario[], view: AuditView): string {
  const kept = played.filter(
    ({ scenario, report }) => cadences[scenario.name] !== undefined && report.verdict !== "fail",
  );
  const lines = kept.map(
    ({ scenario: { name } }) =>
      `  - { name: ${target.name}-${name}, target: ${target.name}, scenario: ${name}, every: ${cadences[name] ?? "1h"} }`,
  );
  const traits = suggestTraits(target, view).map((line) => `#     ${line}`);
  const advice =
    traits.length === 0 ? "" : `# Add to targets.${target.name}, and audit it again:\n${traits.join("\n")}\n`;
  return lines.length === 0 ? advice : `${advice}probes:\n${lines.join("\n")}\n`;
}
