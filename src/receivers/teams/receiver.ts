import { headline } from "../../notify/compose/headline.ts";
import type { Alert } from "../../notify/compose/alert.ts";
import { linksFor } from "../../notify/compose/fill-template.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { chat, type ChatReceiver } from "../chat.ts";
import { isErrorBody } from "../error-body.ts";
import type { ReceiverKind } from "../receiver-kind.ts";
import { changeLines, factLines, fit, linksWithin } from "../wording.ts";

interface TeamsReceiver extends ChatReceiver {
  readonly kind: "teams";
}

const schema = chat.describe("a workflow of Microsoft Teams that begins with a webhook request");

/**
 * Microsoft Teams, "when a Teams webhook request is received" of Workflows: an adaptive card. Text blocks and facts
 * would be read as Markdown; text runs are not. https://adaptivecards.io/explorer/TextRun.html
 */
export const teams: ReceiverKind<typeof schema, TeamsReceiver> = {
  schema,
  resolve: ({ url }, common) => ({ kind: "teams", ...common, url }),
  secrets: () => [],
  wakesPeople: false,
  forgets: false,
  statuses: { delivered: [200, 202], refused: [413], deniedBy: isErrorBody },
  render({ alert }, receiver, secret) {
    const links = linksWithin(linksFor(alert, receiver.links), 3000);
    return jsonMessage(urlOf(receiver, secret), {
      type: "message",
      attachments: [
        {
          contentType: "application/vnd.microsoft.card.adaptive",
          contentUrl: null,
          content: {
            $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
            type: "AdaptiveCard",
            version: "1.2",
            msteams: { width: "Full" },
            body: [
              line([run(headline(alert), { weight: "Bolder", size: "Large", color: colourOf(alert) })]),
              line([run(fit(alert.summary, 300), { weight: "Bolder" })]),
              ...changeLines(alert, 240).map((text) => line([run(text, { fontType: "Monospace" })])),
              ...factLines(alert, 160, receiver).map(([name, value]) =>
                line([run(`${name}: `, { isSubtle: true }), run(value)], "Small"),
              ),
            ],
            ...(links.length === 0
              ? {}
              : {
                  actions: links.map(({ text, href }) => ({ type: "Action.OpenUrl", title: fit(text, 40), url: href })),
                }),
          },
        },
      ],
    });
  },
};

const run = (text: string, look: object = {}): object => ({ type: "TextRun", text, ...look });

const line = (inlines: readonly object[], spacing = "Default"): object => ({ type: "RichTextBlock", spacing, inlines });

function colourOf({ status, severity }: Alert): string {
  if (status === "information") return "Default";
  if (status === "resolved") return "Good";
  return severity === "breaking" ? "Attention" : "Warning";
}
