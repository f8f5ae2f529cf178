import type { Alert } from "../../notify/compose/alert.ts";
import { linksFor } from "../../notify/compose/fill-template.ts";
import { headline } from "../../notify/compose/headline.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { chat, type ChatReceiver } from "../chat.ts";
import { isSlackError } from "../error-body.ts";
import { maskedLinks } from "../markdown.ts";
import type { ReceiverKind } from "../receiver-kind.ts";
import { changeLines, factLines, fit } from "../wording.ts";

interface MattermostReceiver extends ChatReceiver {
  readonly kind: "mattermost";
}

const schema = chat.describe("an incoming webhook of Mattermost");

/**
 * Mattermost's incoming webhooks: one attachment, in which our text is escaped Markdown.
 * https://developers.mattermost.com/integrate/webhooks/incoming/
 */
export const mattermost: ReceiverKind<typeof schema, MattermostReceiver> = {
  schema,
  resolve: ({ url }, common) => ({ kind: "mattermost", ...common, url }),
  secrets: () => [],
  wakesPeople: false,
  forgets: false,
  statuses: { delivered: [200], refused: [400, 403, 404], goneIsFailure: true, deniedBy: isSlackError },
  render({ alert }, receiver, secret) {
    const links = linksFor(alert, receiver.links);
    const summary = fit(alert.summary, 300, escape);
    return jsonMessage(urlOf(receiver, secret), {
      attachments: [
        {
          fallback: `${headline(alert)}: ${summary}`,
          color: colourOf(alert),
          title: headline(alert),
          ...(links[0] === undefined ? {} : { title_link: links[0].href }),
          text: [summary, ...changeLines(alert, 240, escape)].join("\n"),
          fields: [
            ...factLines(alert, 200, receiver, escape).map(([title, value]) => ({ title, value, short: false })),
            ...(links.length === 0 ? [] : [{ title: "links", value: maskedLinks(links, 4000, escape), short: false }]),
          ],
        },
      ],
    });
  },
};

/** Mattermost shows HTML as it is, and a backslash before `<` too. */
function escape(text: string): string {
  return text.replace(/[\\*_~`|[\]]|^[-+#>]/g, String.raw`\$&`);
}

function colourOf({ status, severity }: Alert): string {
  if (status === "information") return "#607d8b";
  if (status === "resolved") return "#2e7d32";
  return severity === "breaking" ? "#c62828" : "#ef6c00";
}
