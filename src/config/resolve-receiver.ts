import type { LinkTemplate, Receiver, WebhookBody } from "../probe/receiver.ts";
import { secretUses } from "../probe/receiver-secrets.ts";
import type { Complaint, LoadContext } from "./complaint.ts";
import type { ReceiverText } from "./receiver-schemas.ts";
import type { ConfigText } from "./schema.ts";
import { readSecret, requireSecret, secretName } from "./secrets.ts";
import { durationMs } from "./text-schemas.ts";

/** The receivers of a configuration; what keeps one from ever being told anything is complained of now. */
export function resolveReceivers(text: ConfigText, context: LoadContext, complaints: Complaint[]): Receiver[] {
  const links = Object.entries(text.links).map(([name, url]): LinkTemplate => ({ text: name, url }));
  const receivers = Object.entries(text.receivers).map(([name, one]) => resolveReceiver(name, one, links));
  for (const [name, one] of Object.entries(text.receivers)) checkMail(name, one, complaints);
  for (const receiver of receivers) {
    checkSecrets(receiver, context, complaints);
    checkAddress(receiver, context, complaints);
    if (receiver.kind === "alertmanager" && receiver.holdMs < shortestHoldMs) {
      complaints.push({
        path: ["receivers", receiver.name, receiver.kind],
        key: "hold",
        expected: "at least 2m, for alerts are told again every minute",
        got: `${receiver.holdMs / 1000}s`,
        hint: "10m is a good value",
      });
    }
  }
  return receivers;
}

const shortestHoldMs = 120_000;

function resolveReceiver(name: string, text: ReceiverText, links: readonly LinkTemplate[]): Receiver {
  const reach = ({ allowPrivate, timeout }: { readonly allowPrivate: boolean; readonly timeout: string }) => ({
    name,
    allowPrivate,
    timeoutMs: durationMs(timeout),
    ...(links.length === 0 ? {} : { links }),
  });
  const { webhook, pagerduty, slack, alertmanager, discord, teams, googleChat, ntfy, email } = text;
  if (webhook !== undefined) {
    const { url, secrets } = webhook;
    return { kind: "webhook", ...reach(webhook), url, secrets, body: bodyOf(webhook) };
  }
  if (pagerduty !== undefined) {
    const { url, routingKey } = pagerduty;
    return { kind: "pagerduty", ...reach(pagerduty), url, routingKey };
  }
  if (alertmanager !== undefined) {
    const { url, token, hold, labels } = alertmanager;
    return { kind: "alertmanager", ...reach(alertmanager), url, token, holdMs: durationMs(hold), labels };
  }
  if (ntfy !== undefined) {
    const { url, topic, token } = ntfy;
    return { kind: "ntfy", ...reach(ntfy), url, topic, token };
  }
  if (email !== undefined) return { kind: "email", ...reach(email), ...mailOf(email) };
  if (slack !== undefined) return { kind: "slack", ...reach(slack), url: slack.url };
  if (discord !== undefined) return { kind: "discord", ...reach(discord), url: discord.url };
  if (teams !== undefined) return { kind: "teams", ...reach(teams), url: teams.url };
  if (googleChat !== undefined) return { kind: "googleChat", ...reach(googleChat), url: googleChat.url };
  throw new Error("a receiver without a kind was not validated");
}

const mailPorts = { starttls: 587, tls: 465, none: 25 } as const;

function mailOf({ host, security, user, password, from, to, ...rest }: NonNullable<ReceiverText["email"]>) {
  const { port = mailPorts[security] } = rest;
  const login = user === undefined || password === undefined ? undefined : { user, password };
  return { url: `smtp://${host}:${port}`, host, port, security, login, from: { name: "Plumbline", address: from }, to };
}

/** Half a log-in is none, and without TLS the password would be told to everybody on the way. */
function checkMail(name: string, { email }: ReceiverText, complaints: Complaint[]): void {
  if (email === undefined) return;
  const path = ["receivers", name, "email"];
  const { user, password, security, allowPrivate } = email;
  if ((user === undefined) !== (password === undefined)) {
    const key = user === undefined ? "user" : "password";
    complaints.push({ path, expected: "user and password, or neither", got: `no ${key}`, hint: `add "${key}"` });
  }
  if (security === "none" && !allowPrivate) {
    const hint = "use starttls, or permit it by allowPrivate: true";
    complaints.push({ path, key: "security", expected: "starttls or tls", got: "none", hint });
  }
}

function bodyOf({ format, template }: NonNullable<ReceiverText["webhook"]>): WebhookBody {
  return template === undefined ? { format } : { format: "template", template };
}

/** Each secret is there and of the form its service gives out; it is never shown. */
function checkSecrets(receiver: Receiver, context: LoadContext, complaints: Complaint[]): void {
  const path = ["receivers", receiver.name, receiver.kind];
  for (const { ref, form } of secretUses(receiver)) {
    requireSecret(ref, path, { context, complaints });
    const value = context.checkSecrets ? readSecret(ref, context) : undefined;
    if (value === undefined || form === undefined || form.accepts(value)) continue;
    complaints.push({
      path,
      expected: `${form.words} in ${secretName(ref)}`,
      got: "something else (not shown)",
      hint: "replace it by what the service gave out",
    });
  }
}

/** The poster would refuse it for ever. */
function checkAddress(
  { name, kind, url, allowPrivate }: Receiver,
  context: LoadContext,
  complaints: Complaint[],
): void {
  const address = typeof url === "string" ? url : context.checkSecrets ? readSecret(url, context) : undefined;
  if (allowPrivate || address === undefined || !/^http:/i.test(address.trim())) return;
  complaints.push({
    path: ["receivers", name, kind],
    key: "url",
    expected: "https, for alerts leave the house",
    got: "http",
    hint: "use https, or permit it by allowPrivate: true",
  });
}
