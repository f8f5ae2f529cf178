import { headline } from "../../notify/compose/headline.ts";
import { z } from "zod";
import type { Receiver } from "../../probe/receiver.ts";
import { secret as secretSchema } from "../../probe/reference-schemas.ts";
import type { SecretRef } from "../../probe/target.ts";
import { escapeHtml } from "../../std/escape-html.ts";
import { shortHash } from "../../std/hash.ts";
import type { Alert } from "../../notify/compose/alert.ts";
import { type Link, linksFor } from "../../notify/compose/fill-template.ts";
import { renderAlertText } from "../../notify/compose/render-text.ts";
import type { Mail } from "../../notify/deliver/receiver-kind.ts";
import { commonSettings, type ReceiverKind, type SettingProblem } from "../receiver-kind.ts";
import { matching } from "../secret-form.ts";
import { changeLines, factLines, fit } from "../wording.ts";

export interface EmailReceiver extends Receiver {
  readonly kind: "email";
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** `starttls` is required, not tried. */
  readonly security: "tls" | "starttls" | "none";
  readonly login?: { readonly user: string; readonly password: SecretRef } | undefined;
  readonly from: { readonly name?: string | undefined; readonly address: string };
  readonly to: readonly string[];
}

export const mailAddress = z
  .string()
  .max(254)
  .regex(/^[^\s@<>,;:"\\()[\]]+@[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, { error: "an address such as oncall@example.com" })
  .meta({ title: "mail address", description: "without a display name", examples: ["oncall@example.com"] });

const schema = z
  .strictObject({
    host: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, { error: "the name of a mail server" })
      .meta({ description: "the mail server", examples: ["smtp.example.com"] }),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .meta({ description: "587 with starttls, 465 with tls and 25 without when left out", examples: [587] }),
    security: z
      .enum(["starttls", "tls", "none"])
      .default("starttls")
      .describe("how the connection is secured; none needs allowPrivate: true"),
    user: z
      .string()
      .min(1)
      .max(320)
      .optional()
      .meta({ description: "the user name for the login", examples: ["plumbline"] }),
    password: secretSchema.optional().describe("the user's password"),
    from: mailAddress.describe("the sender"),
    to: z
      .array(mailAddress)
      .min(1)
      .max(20)
      .meta({ description: "the recipients", examples: [["oncall@example.com"]] }),
    ...commonSettings,
  })
  .describe("by SMTP");

const password = matching("a password on one line", /^[^\p{Cc}]+$/u);
const defaultPorts = { starttls: 587, tls: 465, none: 25 } as const;

/**
 * A mail as plain text and as HTML. All mails of one incident reply to the same id, which no mail has, so that mail
 * programs show them as one conversation, whichever of them arrived.
 */
export const email: ReceiverKind<typeof schema, EmailReceiver> = {
  schema,
  resolve({ host, security, user, password: ref, from, to, port = defaultPorts[security] }, common) {
    const login = user === undefined || ref === undefined ? undefined : { user, password: ref };
    const server = { url: `smtp://${host}:${port}`, host, port, security, login };
    return { kind: "email", ...common, ...server, from: { name: "Plumbline", address: from }, to };
  },
  problems,
  secrets: ({ login }) => (login === undefined ? [] : [{ ref: login.password, form: password }]),
  wakesPeople: false,
  forgets: false,
  // A refused login may be corrected within a day; a mailbox that does not exist will not appear.
  statuses: { delivered: [250], refused: [501, 503, 550, 551, 553, 554, 555], goneIsFailure: true },
  render({ id, alert }, receiver, secret, atMs): Mail {
    const { host, port, security, login, from, to, timeoutMs, allowPrivate } = receiver;
    const links = linksFor(alert, receiver.links);
    const domain = from.address.split("@")[1] ?? host;
    return {
      mail: {
        server: {
          host,
          port,
          security,
          ...(login && { login: { user: login.user, password: secret(login.password).trim() } }),
        },
        from,
        to,
        subject: fit(`${headline(alert)}: ${alert.summary}`, 240),
        text: textOf(alert, links, receiver),
        html: htmlOf(alert, links, receiver),
        messageId: `<${id}@${domain}>`,
        inReplyTo: `<incident.${shortHash(`${alert.installation ?? ""} ${alert.incidentId}`, 32)}@${domain}>`,
        atMs,
        isUrgent: alert.status === "firing" && alert.tier === "page",
        timeoutMs,
        allowPrivate,
      },
    };
  },
};

/** Half a login is useless, and without TLS anyone on the network path could read the password. */
function problems({ user, password: ref, security, allowPrivate, proxy }: z.output<typeof schema>): SettingProblem[] {
  const missing = user === undefined ? "user" : "password";
  const isHalf = (user === undefined) !== (ref === undefined);
  return [
    ...(isHalf ? [{ expected: "user and password, or neither", got: `no ${missing}`, hint: `add "${missing}"` }] : []),
    ...(proxy === undefined
      ? []
      : [{ key: "proxy", expected: "no proxy", got: "a proxy", hint: "mail goes straight to its server: remove it" }]),
    ...(security === "none" && !allowPrivate
      ? [
          {
            key: "security",
            expected: "starttls or tls",
            got: "none",
            hint: "use starttls, or permit it by allowPrivate: true",
          },
        ]
      : []),
  ];
}

function textOf(alert: Alert, links: readonly Link[], { tz }: EmailReceiver): string {
  return [
    renderAlertText(alert, { columns: 76, tz }),
    ...links.map(({ text, href }) => `${fit(text, 60)}: ${href}\n`),
  ].join("");
}

/** Every text is escaped; there is no image, no script and no address but those of the configuration. */
function htmlOf(alert: Alert, links: readonly Link[], receiver: EmailReceiver): string {
  const changes = changeLines(alert, 300, escapeHtml).map((line) => `<li>${line}</li>`);
  const facts = factLines(alert, 400, receiver, escapeHtml).map(
    ([name, value]) =>
      `<tr><td style="padding:2px 12px 2px 0;color:#555;vertical-align:top">${escapeHtml(name)}</td><td>${value}</td></tr>`,
  );
  const buttons = links.map(({ text, href }) => `<a href="${escapeHtml(href)}">${fit(text, 60, escapeHtml)}</a>`);
  return [
    '<!doctype html><html><body style="font-family:sans-serif;font-size:14px;color:#111">',
    `<p style="font-weight:bold;color:${colours[alert.status]}">${escapeHtml(headline(alert))}</p>`,
    `<p style="font-size:16px">${fit(alert.summary, 400, escapeHtml)}</p>`,
    ...(changes.length === 0 ? [] : [`<ul>${changes.join("")}</ul>`]),
    `<table style="border-collapse:collapse;font-size:13px">${facts.join("")}</table>`,
    ...(buttons.length === 0 ? [] : [`<p>${buttons.join(" · ")}</p>`]),
    "</body></html>",
  ].join("\n");
}

const colours: Readonly<Record<Alert["status"], string>> = {
  firing: "#b00020",
  acknowledged: "#8a6d00",
  resolved: "#1b7f3b",
  information: "#333333",
};
