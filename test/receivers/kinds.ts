import type { SecretRef } from "../../src/probe/target.ts";

import type { Alert } from "../../src/notify/compose/alert.ts";
import type { Message } from "../../src/notify/deliver/receiver-kind.ts";
import { renderFor } from "./render-for.ts";
import type { Receiver } from "../../src/probe/receiver.ts";
import { ourSeverities } from "../../src/receivers/severity-words.ts";
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
    severities: { breaking: "critical", risky: "warning", informative: "info" },
  },
  slack: { ...address("SLACK_URL"), kind: "slack" },
  alertmanager: {
    ...address("ANY_URL"),
    kind: "alertmanager",
    url: "http://alertmanager:9093/",
    token: { env: "TOKEN" },
    holdMs: 3_600_000,
    labels: { env: "production" },
    severities: ourSeverities,
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
    severities: { breaking: 5, risky: 4, informative: 2 },
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
  telegram: {
    ...address("ANY_URL"),
    kind: "telegram",
    url: "https://api.telegram.org",
    token: { env: "BOT" },
    chat: "-1001234567890",
    thread: 42,
  },
  opsgenie: {
    ...address("ANY_URL"),
    kind: "opsgenie",
    url: "https://api.opsgenie.com",
    apiKey: { env: "GENIE" },
    severities: { breaking: "P1", risky: "P3", informative: "P5" },
  },
  incidentIo: {
    ...address("ANY_URL"),
    kind: "incidentIo",
    url: "https://api.incident.io",
    source: "01GW2G3V0S59R238FAHPDS1R66",
    token: { env: "TOKEN" },
    severities: ourSeverities,
  },
  mattermost: { ...address("MATTERMOST_URL"), kind: "mattermost" },
  matrix: {
    ...address("ANY_URL"),
    kind: "matrix",
    url: "https://matrix.example.com/",
    room: "!abc:example.com",
    token: { env: "TOKEN" },
  },
  pushover: {
    ...address("ANY_URL"),
    kind: "pushover",
    url: "https://api.pushover.net/1/messages.json",
    token: { env: "PUSH_APP" },
    user: { env: "PUSH_USER" },
    severities: { breaking: 2, risky: 1, informative: -1 },
  },
  twilio: {
    ...address("ANY_URL"),
    kind: "twilio",
    url: "https://api.twilio.com",
    account: `AC${"0".repeat(32)}`,
    user: `SK${"1".repeat(32)}`,
    password: { env: "PD" },
    from: "+15557654321",
    to: "+15551234567",
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
  BOT: "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
  GENIE: "eb243592-faa2-4ba2-a551-1afdf565c889",
  MATTERMOST_URL: "https://mattermost.example.com/hooks/x",
  PUSH_APP: "azGDORePK8gMaC0QOYAMyEEuzJnyUi",
  PUSH_USER: "uQiRzpo4DXghDmr9QzzfQu27cmVRsG",
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

export function bodyOf({ body, headers }: Message): unknown {
  if (headers["content-type"] === "application/json") return JSON.parse(body);
  return Object.fromEntries(new URLSearchParams(body));
}
