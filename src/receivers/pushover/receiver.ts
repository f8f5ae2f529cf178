import { isQuietTest } from "../../notify/compose/test-reason.ts";
import { z } from "zod";
import type { Alert } from "../../notify/compose/alert.ts";
import { linksFor } from "../../notify/compose/fill-template.ts";
import { headline } from "../../notify/compose/headline.ts";
import { formMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import type { Receiver } from "../../probe/receiver.ts";
import { httpUrl, secret as secretSchema } from "../../probe/reference-schemas.ts";
import type { SecretRef } from "../../probe/target.ts";
import { shortHash } from "../../std/hash.ts";
import { isErrorBody } from "../error-body.ts";
import { incidentKey } from "../incident-key.ts";
import { commonSettings, type ReceiverKind } from "../receiver-kind.ts";
import { matching } from "../secret-form.ts";
import { severityWords, type SeverityWords } from "../severity-words.ts";
import { changeLines, factLines, fit, linesWithin, mostUseful } from "../wording.ts";

interface PushoverReceiver extends Receiver {
  readonly kind: "pushover";
  readonly token: SecretRef;
  readonly user: SecretRef;
  readonly severities: SeverityWords<number>;
}

const schema = z
  .strictObject({
    token: secretSchema.describe("the API token of your application"),
    user: secretSchema.describe("the key of a user or group"),
    url: httpUrl.default("https://api.pushover.net/1/messages.json").describe("the API"),
    severities: severityWords(z.int().min(-2).max(2), { breaking: 1, risky: 0, informative: -1 }).describe(
      "the priority of each severity, from -2 to 2; 2 rings every minute until it is confirmed, for an hour at most",
    ),
    ...commonSettings,
  })
  .describe("push notifications of Pushover");

const pushoverKey = matching("a key of 30 letters and digits", /^[A-Za-z0-9]{30}$/);

/** Pushover's messages: plain text on a phone. https://pushover.net/api */
export const pushover: ReceiverKind<typeof schema, PushoverReceiver> = {
  schema,
  resolve: ({ token, user, url, severities }, common) => ({
    kind: "pushover",
    ...common,
    url,
    token,
    user,
    severities,
  }),
  secrets: ({ token, user }) => [
    { ref: token, form: pushoverKey },
    { ref: user, form: pushoverKey },
  ],
  wakesPeople: false,
  forgets: false,
  statuses: { delivered: [200], refused: [400, 413], goneIsFailure: true, deniedBy: isDenied },
  render({ alert }, receiver, secret) {
    const [token, user] = [receiver.token, receiver.user].map((ref) => secret(ref).trim());
    if (token === undefined || !pushoverKey.accepts(token)) {
      return { refused: `the token of ${receiver.name} is not ${pushoverKey.description}` };
    }
    if (user === undefined || !pushoverKey.accepts(user)) {
      return { refused: `the user of ${receiver.name} is not ${pushoverKey.description}` };
    }
    const link = mostUseful(
      linksFor(alert, receiver.links).filter(({ href }) => href.length <= 512),
      alert,
    );
    const lines = [
      fit(alert.summary, 300),
      ...changeLines(alert, 160),
      ...factLines(alert, 160, receiver).map(([name, value]) => `${name}: ${value}`),
    ];
    const priority = priorityOf(alert, receiver);
    const url = urlOf(receiver, secret);
    // Whoever has it in hand, or nobody any more, needs no phone that rings for an hour.
    const isEnd = receiver.severities[alert.severity] === 2 && priority < 2 && url.endsWith(messages);
    const message = formMessage(url, {
      token,
      user,
      title: headline(alert),
      message: linesWithin(lines, 1024),
      priority: String(priority),
      timestamp: String(Math.floor(Date.parse(alert.at) / 1000)),
      ...(priority === 2 ? { retry: "60", expire: "3600", tags: tagOf(alert) } : {}),
      ...(link === undefined ? {} : { url: link.href, url_title: fit(link.text, 100) }),
    });
    return isEnd ? { ...message, before: formMessage(cancelUrl(url, alert), { token }) } : message;
  },
};

/** Names the messages of one incident, by which their ringing is ended. */
const tagOf = (alert: Alert): string => shortHash(incidentKey(alert, 255), 32);

/** https://pushover.net/api/receipts#cancel_by_tag */
function cancelUrl(url: string, alert: Alert): string {
  return `${url.slice(0, -messages.length)}/1/receipts/cancel_by_tag/${tagOf(alert)}.json`;
}

const messages = "/1/messages.json";

/** The answer says 1 for a message that was taken. */
function isDenied(body: string): boolean {
  return isErrorBody(body) || /^\{.*"status"\s*:\s*0\b/s.test(body.trim());
}

/** Only a problem may ring. */
function priorityOf(alert: Alert, { severities }: PushoverReceiver): number {
  const { status, severity, uncheckedSince } = alert;
  if (isQuietTest(alert)) return -2;
  const priority = severities[severity];
  if (status === "firing") return uncheckedSince === undefined ? priority : Math.min(0, priority);
  return Math.min(status === "resolved" ? 0 : -1, priority);
}
