import { headline } from "../../notify/compose/headline.ts";
import type { Alert } from "../../notify/compose/alert.ts";
import { type Link, linksFor } from "../../notify/compose/fill-template.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { chat, type ChatReceiver } from "../chat.ts";
import { isErrorBody } from "../error-body.ts";
import type { ReceiverKind } from "../receiver-kind.ts";
import { changeLines, factLines, fit, forReader } from "../wording.ts";

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
  render({ alert: sent }, receiver, secret, atMs) {
    const alert = forReader(sent, receiver, atMs);
    const summary = fit(alert.summary, 300, escapeDiscord);
    const changes = changeLines(alert, 240, escapeDiscord);
    const links = masked(linksFor(alert, receiver.links), longestField);
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
            ...factLines(alert, 140, escapeDiscord).map(([name, value]) => ({ name, value })),
            ...(links === "" ? [] : [{ name: "links", value: links }]),
          ],
        },
      ],
    });
  },
};

/** All that a field's value may have; with it an embed stays below the 6000 characters of all its texts. */
const longestField = 1024;

/** What Discord reads as markup anywhere, and what it does so at the start of a line; a backslash takes that away. */
function escapeDiscord(text: string): string {
  return text.replace(/[\\*_~`|[\]<]|^[-+#>]/g, String.raw`\$&`);
}

function colourOf({ status, severity }: Alert): number {
  if (status === "information") return 0x60_7d_8b;
  if (status === "resolved") return 0x2e_7d_32;
  return severity === "breaking" ? 0xc6_28_28 : 0xef_6c_00;
}

/** As many as there is room for. */
function masked(links: readonly Link[], max: number): string {
  const one = ({ text, href }: Link): string =>
    `[${fit(text, 80, escapeDiscord)}](${href.replaceAll("(", "%28").replaceAll(")", "%29")})`;
  return links.reduce((all, link) => {
    const longer = all === "" ? one(link) : `${all} · ${one(link)}`;
    return longer.length <= max ? longer : all;
  }, "");
}
