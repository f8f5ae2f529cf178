import { zonedTime } from "../../std/zoned-time.ts";
import { secret } from "../../probe/reference-schemas.ts";
import type { SecretRef } from "../../probe/target.ts";
import type { Alert } from "../../notify/compose/alert.ts";
import { isTest } from "../../notify/compose/test-reason.ts";
import { headline, trendBegan } from "../../notify/compose/headline.ts";
import { type Link, linksFor } from "../../notify/compose/fill-template.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { chat, type ChatReceiver } from "../chat.ts";
import { isSlackError } from "../error-body.ts";
import { incidentKey } from "../incident-key.ts";
import type { ReceiverKind } from "../receiver-kind.ts";
import { changeLines, factLines, fit, linksWithin } from "../wording.ts";
import { acknowledgeAction, readSlackEvent } from "./events.ts";

interface SlackReceiver extends ChatReceiver {
  readonly kind: "slack";
  /** Of the app that the webhook belongs to; undefined: its alerts have no button. */
  readonly signingSecret?: SecretRef | undefined;
}

const schema = chat
  .extend({
    signingSecret: secret
      .optional()
      .describe("the signing secret of the Slack app: alerts get a button that acknowledges the incident"),
  })
  .describe("an incoming webhook of Slack");

/**
 * Slack's incoming webhooks. The alert is plain text, in which Slack reads no markup; only our own links are
 * mrkdwn. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export const slack: ReceiverKind<typeof schema, SlackReceiver> = {
  schema,
  resolve: ({ url, signingSecret }, common) => ({ kind: "slack", ...common, url, signingSecret }),
  secrets: () => [],
  events: { secretOf: ({ signingSecret }) => signingSecret, read: readSlackEvent },
  wakesPeople: false,
  forgets: false,
  statuses: { delivered: [200], refused: [400, 403, 404], deniedBy: isSlackError },
  render({ alert }, receiver, secretValue) {
    const links = linksWithin(linksFor(alert, receiver.links), 2500);
    const changes = changeLines(alert, 260, escapeSlack);
    const facts = factLines(alert, 180, receiver, escapeSlack).map(([name, value]) => `${name}: ${value}`);
    return jsonMessage(urlOf(receiver, secretValue), {
      text: `${headline(alert)}: ${fit(alert.summary, 400, escapeSlack)}`,
      unfurl_links: false,
      unfurl_media: false,
      blocks: [
        { type: "header", text: plain(headline(alert)) },
        section([fit(alert.summary, 400, escapeSlack)]),
        ...(changes.length === 0 ? [] : [section(changes)]),
        section(facts),
        ...(receiver.signingSecret !== undefined && canBeAcknowledged(alert) ? [acknowledgeButton(alert)] : []),
        ...contextOf([...beganElement(alert), ...links.map(linkElement)].slice(0, maxElements)),
      ],
    });
  },
};

const canBeAcknowledged = (alert: Alert): boolean => alert.status === "firing" && !isTest(alert);

const acknowledgeButton = (alert: Alert): object => ({
  type: "actions",
  elements: [
    { type: "button", action_id: acknowledgeAction, text: plain("Acknowledge"), value: incidentKey(alert, 2000) },
  ],
});

/** The three characters that Slack gives a meaning to. */
function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Slack's limit of a context block. */
const maxElements = 10;

const contextOf = (elements: readonly object[]): object[] =>
  elements.length === 0 ? [] : [{ type: "context", elements }];

/** When it began, in the time zone of whoever reads it. */
function beganElement(alert: Alert): object[] {
  const seconds = Math.floor(Date.parse(alert.firstBadSlot) / 1000);
  // Of a trend, the first bad run is when it was detected, not when it began: `since` says that.
  if (!Number.isSafeInteger(seconds) || trendBegan(alert) !== undefined) return [];
  const text = `began <!date^${seconds}^{date_short_pretty} {time}|${zonedTime(alert.firstBadSlot, "UTC")}>`;
  return [{ type: "mrkdwn", text }];
}

const plain = (text: string): object => ({ type: "plain_text", text, emoji: false });

const section = (lines: readonly string[]): object => ({ type: "section", text: plain(lines.join("\n")) });

function linkElement({ text, href }: Link): object {
  const address = href.replace(/[<>|]/g, encodeURIComponent).replaceAll("&", "&amp;");
  return { type: "mrkdwn", text: `<${address}|${fit(text.replaceAll("|", " "), 75, escapeSlack)}>` };
}
