import { headline } from "../../notify/compose/headline.ts";
import { escapeHtml } from "../../std/escape-html.ts";
import { linksFor } from "../../notify/compose/fill-template.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { chat, type ChatReceiver } from "../chat.ts";
import { isErrorBody } from "../error-body.ts";
import type { ReceiverKind } from "../receiver-kind.ts";
import { changeLines, factLines, fit, linksWithin } from "../wording.ts";

interface GoogleChatReceiver extends ChatReceiver {
  readonly kind: "googleChat";
}

const schema = chat.describe("an incoming webhook of Google Chat");

/**
 * Google Chat's incoming webhooks: a card, whose texts understand a few HTML tags. Each incident has one
 * thread. https://developers.google.com/workspace/chat/format-messages
 */
export const googleChat: ReceiverKind<typeof schema, GoogleChatReceiver> = {
  schema,
  resolve: ({ url }, common) => ({ kind: "googleChat", ...common, url }),
  secrets: () => [],
  wakesPeople: false,
  forgets: false,
  statuses: { delivered: [200], refused: [400, 401, 403, 404], goneIsFailure: true, deniedBy: isErrorBody },
  render({ alert, id }, receiver, secret) {
    const address = urlOf(receiver, secret);
    if (!URL.canParse(address)) return { refused: `the address of ${receiver.name} is not a URL` };
    const url = new URL(address);
    url.searchParams.set("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");
    const changes = changeLines(alert, 300, escapeHtml);
    const links = linksWithin(linksFor(alert, receiver.links), 4000);
    return jsonMessage(url.href, {
      thread: { threadKey: fit(alert.incidentId, 200) },
      fallbackText: `${headline(alert)}: ${fit(alert.summary, 300)}`,
      cardsV2: [
        {
          cardId: id,
          card: {
            header: { title: headline(alert), subtitle: fit(`${alert.target}, ${alert.scenario}`, 170) },
            sections: [
              { widgets: [paragraph([`<b>${fit(alert.summary, 400, escapeHtml)}</b>`]), ...someChanges(changes)] },
              {
                widgets: factLines(alert, 200, receiver, escapeHtml).map(([name, value]) => ({
                  decoratedText: { topLabel: name, text: value, wrapText: true },
                })),
              },
              ...(links.length === 0 ? [] : [{ widgets: [{ buttonList: { buttons: links.map(button) } }] }]),
            ],
          },
        },
      ],
    });
  },
};

const paragraph = (lines: readonly string[]): object => ({ textParagraph: { text: lines.join("<br>") } });

const someChanges = (lines: readonly string[]): object[] => (lines.length === 0 ? [] : [paragraph(lines)]);

const button = ({ text, href }: { readonly text: string; readonly href: string }): object => ({
  text: fit(text, 40),
  onClick: { openLink: { url: href } },
});
