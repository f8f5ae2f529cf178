import type { SecretRef } from "../../src/probe/target.ts";

import type { Alert } from "../../src/notify/compose/alert.ts";
import type { Message } from "../../src/notify/deliver/receiver-kind.ts";
import { renderFor } from "./render-for.ts";
import type { Receiver } from "../../src/probe/receiver.ts";
import type { receiverKinds } from "../../src/receivers/receivers.ts";
import { atMs, entryFor, receiver } from "../notify/samples.ts";

const address = (env: string) => ({ name: "team", url: { env }, allowPrivate: false, timeoutMs: 60_000 });

/** One receiver of each kind, by its kind. */
export const receivers = {
  webhook: receiver(),
  pagerduty: {
    ...address("ANY_URL"),
    kind: "pagerduty",
    url: "https://events.pagerduty.com/v2/enqueue",
    routingKey: { env: "PD" },
  },
  slack: { ...address("SLACK_URL"), kind: "slack" },
  alertmanager: {
    ...address("ANY_URL"),
    kind: "alertmanager",
    url: "http://alertmanager:9093/",
    token: { env: "TOKEN" },
    holdMs: 3_600_000,
    labels: { env: "production" },
  },
  discord: { ...address("DISCORD_URL"), kind: "discord" },
  teams: { ...address("TEAMS_URL"), kind: "teams" },
  googleChat: { ...address("CHAT_URL"), kind: "googleChat" },
  ntfy: {
    ...address("ANY_URL"),
    kind: "ntfy",
    url: "https://ntfy.sh",
    topic: { env: "TOPIC" },
    token: { env: "TOKEN" },
  },
  email: {
    ...address("ANY_URL"),
    kind: "email",
    url: "smtp://smtp.example.com:587",
    host: "smtp.example.com",
    port: 587,
    security: "starttls",
    login: { user: "plumbline", password: { env: "TOKEN" } },
    from: { name: "Plumbline", address: "plumbline@example.com" },
    to: ["oncall@example.com"],
  },
} as const satisfies { [Kind in keyof typeof receiverKinds]?: ReturnType<(typeof receiverKinds)[Kind]["resolve"]> };

export type SampleKind = keyof typeof receivers;

const known: Readonly<Record<string, string>> = {
  NEW_SECRET: `whsec_${Buffer.alloc(32, "new").toString("base64")}`,
  PD: "0123456789abcdef0123456789ABCDEF",
  SLACK_URL: "https://hooks.slack.com/services/T0/B0/x",
  DISCORD_URL: "https://discord.com/api/webhooks/1/x",
  TEAMS_URL: "https://prod-00.westeurope.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sig=x",
  CHAT_URL: "https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t",
  TOPIC: "plumbline-oncall\n",
  TOKEN: "tk_0123456789",
};

export const lookUp = (ref: SecretRef): string => ("env" in ref ? (known[ref.env] ?? "") : "");

export const links = [
  { text: "Trace", url: "https://tempo.example.com/trace/{{evidence.last.traceId}}" },
  { text: "Run|book <b>", url: "https://wiki.example.com/{{scenario}}?kind={{kind}}&x=(1)" },
];

/** What is posted of an alert, by the row of the table that serves this kind. */
export function posted(kind: SampleKind, alert?: Alert, over: Partial<Receiver> = {}, secret = lookUp): Message {
  const entry = { ...entryFor("team"), ...(alert === undefined ? {} : { alert }) };
  const rendered = renderFor(entry, { ...receivers[kind], ...over }, secret, atMs);
  if ("refused" in rendered) throw new Error(rendered.refused);
  if ("mail" in rendered) throw new Error("a mail is not posted");
  return rendered;
}

export function bodyOf(message: Message): unknown {
  return JSON.parse(message.body);
}
