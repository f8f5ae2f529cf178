import { isQuietTest } from "../../notify/compose/test-reason.ts";
import { headline } from "../../notify/compose/headline.ts";
import { z } from "zod";
import type { Receiver } from "../../probe/receiver.ts";
import { secret as secretSchema, urlOrEnv } from "../../probe/reference-schemas.ts";
import type { SecretRef } from "../../probe/target.ts";
import type { Alert } from "../../notify/compose/alert.ts";
import { linksFor } from "../../notify/compose/fill-template.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { isErrorBody } from "../error-body.ts";
import { bearerHeaders, commonSettings, type ReceiverKind } from "../receiver-kind.ts";
import { bearerToken, matching } from "../secret-form.ts";
import { severityWords, type SeverityWords } from "../severity-words.ts";
import { changeLines, factLines, fit, linesWithin } from "../wording.ts";

interface NtfyReceiver extends Receiver {
  readonly kind: "ntfy";
  /** Whoever knows the topic can read it. */
  readonly topic: SecretRef;
  readonly token?: SecretRef | undefined;
  readonly severities: SeverityWords<number>;
}

const schema = z
  .strictObject({
    url: urlOrEnv.default("https://ntfy.sh").describe("the server"),
    topic: secretSchema.describe("topic; anyone who knows the topic can read it"),
    token: secretSchema.optional().describe("an access token of the server"),
    severities: severityWords(z.int().min(1).max(5), { breaking: 5, risky: 4, informative: 2 }).describe(
      "the priority of each severity, from 1 to 5",
    ),
    ...commonSettings,
  })
  .describe("the service ntfy.sh, or your own server");

const topicForm = matching("a topic of 1 to 64 letters, digits, - and _", /^[A-Za-z0-9_-]{1,64}$/);

/** ntfy, published as JSON: plain text on a phone. https://docs.ntfy.sh/publish/#publish-as-json */
export const ntfy: ReceiverKind<typeof schema, NtfyReceiver> = {
  schema,
  resolve: ({ url, topic, token, severities }, common) => ({
    kind: "ntfy",
    ...common,
    url,
    topic,
    token,
    severities,
  }),
  secrets: ({ topic, token }) => [
    { ref: topic, form: topicForm },
    ...(token === undefined ? [] : [{ ref: token, form: bearerToken }]),
  ],
  wakesPeople: false,
  forgets: false,
  statuses: { delivered: [200], refused: [400, 413], goneIsFailure: true, deniedBy: isErrorBody },
  render({ alert }, receiver, secret) {
    const topic = secret(receiver.topic).trim();
    if (!topicForm.accepts(topic)) return { refused: `the topic of ${receiver.name} is not ${topicForm.description}` };
    const headers = bearerHeaders(receiver, secret, bearerToken);
    if ("refused" in headers) return { refused: headers.refused };
    const links = linksFor(alert, receiver.links);
    const lines = [
      fit(alert.summary, 300),
      ...changeLines(alert, 240),
      ...factLines(alert, 200, receiver).map(([what, value]) => `${what}: ${value}`),
    ];
    const message = {
      topic,
      title: headline(alert),
      message: linesWithin(lines, maxMessageBytes, Buffer.byteLength),
      priority: priorityOf(alert, receiver),
      tags: [tagOf(alert), "plumbline"],
      ...(links[0] === undefined ? {} : { click: links[0].href }),
      ...(links.length === 0
        ? {}
        : {
            actions: links
              .slice(links.length > maxActions ? 1 : 0)
              .slice(0, maxActions)
              .map(({ text, href }) => ({ action: "view", label: fit(text, 40), url: href })),
          }),
    };
    return jsonMessage(urlOf(receiver, secret), message, headers);
  },
};

/** What is longer becomes an attachment that nobody opens at night. */
const maxMessageBytes = 4096;
const maxActions = 3;

/** 5 rings through "do not disturb". */
function priorityOf(alert: Alert, { severities }: NtfyReceiver): number {
  const { status, severity, uncheckedSince } = alert;
  if (isQuietTest(alert)) return 1;
  if (status === "information") return 2;
  if (uncheckedSince !== undefined) return 3;
  if (status !== "firing") return status === "resolved" ? 3 : 2;
  return severities[severity];
}

/** ntfy shows these as emoji. */
function tagOf({ status }: Alert): string {
  if (status === "information") return "newspaper";
  if (status === "resolved") return "white_check_mark";
  return status === "acknowledged" ? "eyes" : "rotating_light";
}
