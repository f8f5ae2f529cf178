import { isQuietTest } from "../../notify/compose/test-reason.ts";
import { z } from "zod";
import type { Alert } from "../../notify/compose/alert.ts";
import { type Link, linksFor } from "../../notify/compose/fill-template.ts";
import { headline } from "../../notify/compose/headline.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import type { Receiver } from "../../probe/receiver.ts";
import { httpUrl, secret as secretSchema } from "../../probe/reference-schemas.ts";
import type { SecretRef } from "../../probe/target.ts";
import { isErrorBody } from "../error-body.ts";
import { commonSettings, type ReceiverKind } from "../receiver-kind.ts";
import { matching } from "../secret-form.ts";
import { changeLines, factLines, fit, linesWithin, linksWithin } from "../wording.ts";

interface TelegramReceiver extends Receiver {
  readonly kind: "telegram";
  readonly token: SecretRef;
  readonly chat: string;
  readonly thread?: number | undefined;
}

const schema = z
  .strictObject({
    token: secretSchema.describe("the bot's token, issued by @BotFather"),
    chat: z
      .union([z.int(), z.string().regex(/^(?:-?\d{1,20}|@[A-Za-z][A-Za-z0-9_]{3,31})$/)], {
        error: "a chat id such as -1001234567890, or the @name of a public channel",
      })
      .meta({
        description: "the chat's id, or the @name of a public channel; the bot must be a member",
        examples: [-1001234567890, "@oncall"],
      }),
    thread: z
      .int()
      .min(1)
      .optional()
      .meta({ description: "the topic of a forum", examples: [42] }),
    url: httpUrl.default("https://api.telegram.org").describe("address of a Bot API server that you run"),
    ...commonSettings,
  })
  .describe("a bot of Telegram");

const botToken = matching("a bot token such as 123456:ABC-DEF…", /^\d{3,20}:[A-Za-z0-9_-]{30,64}$/);

/**
 * Telegram's Bot API: plain text, in which only our own entities are markup. Only problems make a sound.
 * https://core.telegram.org/bots/api#sendmessage
 */
export const telegram: ReceiverKind<typeof schema, TelegramReceiver> = {
  schema,
  resolve: ({ token, chat, thread, url }, common) => ({
    kind: "telegram",
    ...common,
    url,
    token,
    chat: String(chat),
    thread,
  }),
  secrets: ({ token }) => [{ ref: token, form: botToken }],
  wakesPeople: false,
  forgets: false,
  statuses: { delivered: [200], refused: [400, 403, 404], goneIsFailure: true, deniedBy: isErrorBody },
  render({ alert }, receiver, secret) {
    const token = secret(receiver.token).trim();
    if (!botToken.accepts(token)) return { refused: `the token of ${receiver.name} is not ${botToken.description}` };
    const title = headline(alert);
    const facts = factLines(alert, 200, receiver).map(([name, value]) => `${name}: ${value}`);
    const text = linesWithin([title, fit(alert.summary, 300), ...changeLines(alert, 200), ...facts], maxText);
    const { words, entities } = linkLine(linksWithin(linksFor(alert, receiver.links), 4000), text.length);
    return jsonMessage(`${urlOf(receiver, secret).replace(/\/+$/, "")}/bot${token}/sendMessage`, {
      chat_id: receiver.chat,
      ...(receiver.thread === undefined ? {} : { message_thread_id: receiver.thread }),
      text: `${text}${words}`,
      entities: [{ type: "bold", offset: 0, length: title.length }, ...entities],
      link_preview_options: { is_disabled: true },
      disable_notification: isQuietTest(alert) || isQuiet(alert),
    });
  },
};

/** With the words of all links it stays below the 4096 characters of a message. */
const maxText = 3600;
const longestWord = 40;

/** Our links as words below the text. Offsets count UTF-16 units, as strings here do. */
function linkLine(links: readonly Link[], start: number): { readonly words: string; readonly entities: object[] } {
  const entities: object[] = [];
  let words = "";
  for (const { text, href } of links) {
    const word = fit(text, longestWord);
    words += words === "" ? "\n" : " · ";
    entities.push({ type: "text_link", offset: start + words.length, length: word.length, url: href });
    words += word;
  }
  return { words, entities };
}

const isQuiet = ({ status }: Alert): boolean => status !== "firing";
