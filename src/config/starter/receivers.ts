/** A receiver as a first configuration has it. */
export interface StarterReceiver {
  readonly title: string;
  /** Lines below the kind. */
  readonly settings: readonly string[];
  /** Environment variables, and where their values come from. */
  readonly variables: Readonly<Record<string, string>>;
}

export const starterReceivers = {
  slack: {
    title: "Slack",
    settings: ["url: { env: SLACK_WEBHOOK }"],
    variables: { SLACK_WEBHOOK: "https://hooks.slack.com/services/…" },
  },
  teams: {
    title: "Microsoft Teams",
    settings: ["url: { env: TEAMS_WEBHOOK }"],
    variables: { TEAMS_WEBHOOK: "https://…" },
  },
  discord: {
    title: "Discord",
    settings: ["url: { env: DISCORD_WEBHOOK }"],
    variables: { DISCORD_WEBHOOK: "https://discord.com/api/webhooks/…" },
  },
  telegram: {
    title: "Telegram",
    settings: ["token: { env: TELEGRAM_TOKEN }", "# The ID of your chat or group.", "chat: -1001234567890"],
    variables: { TELEGRAM_TOKEN: "…" },
  },
  pagerduty: {
    title: "PagerDuty",
    settings: ["routingKey: { env: PAGERDUTY_KEY }"],
    variables: { PAGERDUTY_KEY: "…" },
  },
  ntfy: {
    title: "ntfy",
    settings: ["topic: { env: NTFY_TOPIC }"],
    variables: { NTFY_TOPIC: "…" },
  },
  email: {
    title: "email",
    settings: [
      "# Correct the server and the addresses.",
      "host: smtp.example.com",
      "user: plumbline",
      "password: { env: SMTP_PASSWORD }",
      "from: plumbline@example.com",
      "to: [oncall@example.com]",
    ],
    variables: { SMTP_PASSWORD: "…" },
  },
  webhook: {
    title: "a webhook of your own, signed as in Standard Webhooks",
    settings: ["url: { env: ALERT_URL }", "secrets: [{ env: ALERT_SECRET }]"],
    variables: { ALERT_URL: "https://…", ALERT_SECRET: '"whsec_$(openssl rand -base64 32)"' },
  },
} satisfies Readonly<Record<string, StarterReceiver>>;

export type StarterReceiverName = keyof typeof starterReceivers;
