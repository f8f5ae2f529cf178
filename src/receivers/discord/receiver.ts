import { headline, trendBegan } from "../../notify/compose/headline.ts";
import type { Alert } from "../../notify/compose/alert.ts";
import { linksFor } from "../../notify/compose/fill-template.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { chat, type ChatReceiver } from "../chat.ts";
import { isErrorBody } from "../error-body.ts";
import { escapeMarkdown, maskedLinks } from "../markdown.ts";
import type { ReceiverKind } from "../receiver-kind.ts";
import { changeLines, factLines, fit } from "../wording.ts";

interface DiscordReceiver extends ChatReceiver {
  readonly kind: "discord";
}

const schema = chat.describe("a webhook of Discord");

/** Discord's webhooks: one embed, and nobody is pinged. https://discord.com/developers/docs/resources/webhook */
export const discord: ReceiverKind<typeof schema, DiscordReceiver> = {
  schema,
  resolve: ({ url }, common) => ({ kind: "discord", ...common, url }),
  secrets: () => [],
  wakesPeople: false,
  forgets: false,
  statuses: { delivered: [200, 204], refused: [400, 401, 403, 404], goneIsFailure: true, deniedBy: isErrorBody },
  render({ alert }, receiver, secret) {
    const summary = fit(alert.summary, 300, escapeMarkdown);
    const changes = changeLines(alert, 240, escapeMarkdown);
    const links = maskedLinks(linksFor(alert, receiver.links), longestField, escapeMarkdown);
    return jsonMessage(urlOf(receiver, secret), {
      content: summary,
      allowed_mentions: { parse: [] },
      embeds: [
        {
          title: headline(alert),
          ...(changes.length === 0 ? {} : { description: changes.join("\n") }),
          color: colourOf(alert),
          timestamp: alert.at,
          fields: [
            ...factLines(alert, 140, receiver, escapeMarkdown).map(([name, value]) => ({ name, value })),
            ...beganField(alert),
            ...(links === "" ? [] : [{ name: "links", value: links }]),
          ],
        },
      ],
    });
  },
};

/** All that a field's value may have; with it an embed stays below the 6000 characters of all its texts. */
const longestField = 1024;

/** When it began, in the time zone of whoever reads it. */
function beganField(alert: Alert): { readonly name: string; readonly value: string }[] {
  const seconds = Math.floor(Date.parse(alert.firstBadSlot) / 1000);
  // Of a trend, the first bad run is when it was detected, not when it began: `since` says that.
  return Number.isSafeInteger(seconds) && trendBegan(alert) === undefined
    ? [{ name: "began, your time", value: `<t:${seconds}:f> (<t:${seconds}:R>)` }]
    : [];
}

function colourOf({ status, severity }: Alert): number {
  if (status === "information") return 0x60_7d_8b;
  if (status === "resolved") return 0x2e_7d_32;
  return severity === "breaking" ? 0xc6_28_28 : 0xef_6c_00;
}
