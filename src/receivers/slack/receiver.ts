import { headline } from "../../notify/compose/headline.ts";
import { type Link, linksFor } from "../../notify/compose/fill-template.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { chat, type ChatReceiver } from "../chat.ts";
import { isSlackError } from "../error-body.ts";
import type { ReceiverKind } from "../receiver-kind.ts";
import { changeLines, factLines, fit, forReader, linksWithin } from "../wording.ts";

interface SlackReceiver extends ChatReceiver {
  readonly kind: "slack";
}

const schema = chat.describe("an incoming webhook of Slack");

/**
 * Slack's incoming webhooks. The alert is plain text, in which Slack reads no markup; only our own links are
 * mrkdwn. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export const slack: ReceiverKind<typeof schema, SlackReceiver> = {
  schema,
  resolve: ({ url }, common) => ({ kind: "slack", ...common, url }),
  secrets: () => [],
  wakesPeople: false,
  forgets: false,
  statuses: { delivered: [200], refused: [400, 403, 404], deniedBy: isSlackError },
  render({ alert: sent }, receiver, secret, atMs) {
    const alert = forReader(sent, receiver, atMs);
    const links = linksWithin(linksFor(alert, receiver.links), 2500);
    const changes = changeLines(alert, 260, escapeSlack);
    const facts = factLines(alert, 180, escapeSlack).map(([name, value]) => `${name}: ${value}`);
    return jsonMessage(urlOf(receiver, secret), {
      text: `${headline(alert)}: ${fit(alert.summary, 400, escapeSlack)}`,
      unfurl_links: false,
      unfurl_media: false,
      blocks: [
        { type: "header", text: plain(headline(alert)) },
        section([fit(alert.summary, 400, escapeSlack)]),
        ...(changes.length === 0 ? [] : [section(changes)]),
        section(facts),
        ...(links.length === 0 ? [] : [{ type: "context", elements: links.map(linkElement) }]),
      ],
    });
  },
};

/** The three characters that Slack gives a meaning to. */
function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const plain = (text: string): object => ({ type: "plain_text", text, emoji: false });

const section = (lines: readonly string[]): object => ({ type: "section", text: plain(lines.join("\n")) });

function linkElement({ text, href }: Link): object {
  const address = href.replace(/[<>|]/g, encodeURIComponent).replaceAll("&", "&amp;");
  return { type: "mrkdwn", text: `<${address}|${fit(text.replaceAll("|", " "), 75, escapeSlack)}>` };
}
