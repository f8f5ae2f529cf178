import type { Problem } from "./config.ts";

/** One line for the place, one for the problem, one for the next step. */
export function renderProblems(problems: readonly Problem[]): string {
  const blocks = problems.map(({ file, line, column, path, expected, got, hint }) => {
    const where = [file, line, column].filter((part) => part !== undefined).join(":");
    return `${where}${path === "" ? "" : `  ${path}`}\n  expected ${expected}, got ${got}\n${hint === undefined ? "" : `  → ${hint}\n`}`;
  });
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return `${blocks.join("\n")}\n${count}. Nothing was sent.\n`;
}

/** What `plumbline init` writes; valid as it is. */
export const starterConfig = `# Check it: plumbline validate. Run every probe once: plumbline run. Start monitoring: plumbline start.
targets:
  mini:
    baseUrl: https://api.cometapi.com/v1
    model: gpt-4o-mini
    # The key is read from the environment; never write it here.
    key: { env: COMETAPI_KEY }
    prices: { multiplier: 0.8 }
    spendCap: { perDay: 0.50 USD }

probes:
  - { name: valid, target: mini, scenario: valid-request, every: 5m }
  - { name: streamed, target: mini, scenario: streamed-request, every: 5m }
  - { name: bad-key, target: mini, scenario: invalid-key, every: 30m }

# Who is notified: a webhook, signed as in Standard Webhooks (whsec_… secret).
# receivers:
#   oncall:
#     webhook:
#       url: { env: ALERT_URL }
#       secrets: [{ env: ALERT_SECRET }]
`;
