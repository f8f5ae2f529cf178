import type { Target } from "../probe/target.ts";
import type { PlayedScenario } from "./view.ts";

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
  "model-listed": "1h",
};

/** Probes for what this target was seen to hold to, as YAML to be put under `probes`. */
export function suggestProbes(target: Target, played: readonly PlayedScenario[]): string {
  const kept = played.filter(
    ({ scenario, report }) => cadences[scenario.name] !== undefined && report.verdict !== "fail",
  );
  const lines = kept.map(
    ({ scenario: { name } }) =>
      `  - { name: ${target.name}-${name}, target: ${target.name}, scenario: ${name}, every: ${cadences[name] ?? "1h"} }`,
  );
  return lines.length === 0 ? "" : `probes:\n${lines.join("\n")}\n`;
}
