import type { EmailReceiver } from "../../probe/receiver.ts";
import { shortHash } from "../../std/hash.ts";
import type { Alert } from "../../notify/compose/alert.ts";
import { type Link, linksFor } from "../../notify/compose/fill-template.ts";
import { renderAlertText } from "../../notify/compose/render-text.ts";
import type { Mail, ReceiverKind } from "../../notify/deliver/receiver-kind.ts";
import { changeLines, factLines, fit, headline } from "../wording.ts";

/**
 * A mail of plain text and the same as HTML. All mails of one incident reply to one id that no mail has, so that mail
 * programs show them as one conversation whichever of them arrived.
 */
export const email: ReceiverKind<EmailReceiver, Mail> = {
  // A log-in that is refused may be put right within a day; a mailbox that does not exist won't.
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
        text: textOf(alert, links),
        html: htmlOf(alert, links),
        messageId: `<${id}@${domain}>`,
        inReplyTo: `<incident.${shortHash(alert.incidentId, 32)}@${domain}>`,
        atMs,
        isUrgent: alert.status === "firing" && alert.tier === "page",
        timeoutMs,
        allowPrivate,
      },
    };
  },
};

function textOf(alert: Alert, links: readonly Link[]): string {
  return [
    renderAlertText(alert, { columns: 76 }),
    ...links.map(({ text, href }) => `${fit(text, 60)}: ${href}\n`),
  ].join("");
}

/** Every text is escaped; there is no image, no script and no address but those of the configuration. */
function htmlOf(alert: Alert, links: readonly Link[]): string {
  const changes = changeLines(alert, 300, escapeHtml).map((line) => `<li>${line}</li>`);
  const facts = factLines(alert, 400, escapeHtml).map(
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

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
