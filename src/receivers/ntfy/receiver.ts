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
import { changeLines, factLines, fit, forReader } from "../wording.ts";

interface NtfyReceiver extends Receiver {
  readonly kind: "ntfy";
  /** Whoever knows the topic can read it. */
  readonly topic: SecretRef;
  readonly token?: SecretRef | undefined;
}

const schema = z
  .strictObject({
    url: urlOrEnv.default("https://ntfy.sh").describe("the server"),
    topic: secretSchema.describe("anyone who knows the topic can read it"),
    token: secretSchema.optional().describe("an access token of the server"),
    ...commonSettings,
  })
  .describe("the service ntfy.sh, or your own server");

const topicForm = matching("a topic of 1 to 64 letters, digits, - and _", /^[A-Za-z0-9_-]{1,64}$/);

/** ntfy, published as JSON: plain text on a phone. https://docs.ntfy.sh/publish/#publish-as-json */
export const ntfy: ReceiverKind<typeof schema, NtfyReceiver> = {
  schema,
  resolve: ({ url, topic, token }, common) => ({ kind: "ntfy", ...common, url, topic, token }),
  secrets: ({ topic, token }) => [
    { ref: topic, form: topicForm },
    ...(token === undefined ? [] : [{ ref: token, form: bearerToken }]),
  ],
  wakesPeople: false,
  forgets: false,
  statuses: { delivered: [200], refused: [400, 413], goneIsFailure: true, deniedBy: isErrorBody },
  render({ alert: sent }, receiver, secret, atMs) {
    const alert = forReader(sent, receiver, atMs);
    const topic = secret(receiver.topic).trim();
    if (!topicForm.accepts(topic)) return { refused: `the topic of ${receiver.name} is not ${topicForm.description}` };
    const headers = bearerHeaders(receiver, secret, bearerToken);
    if ("refused" in headers) return { refused: headers.refused };
    const links = linksFor(alert, receiver.links);
    const lines = [
      fit(alert.summary, 300),
      ...changeLines(alert, 240),
      ...factLines(alert, 200).map(([what, value]) => `${what}: ${value}`),
    ];
    const message = {
      topic,
      title: headline(alert),
      message: withinBytes(lines, maxMessageBytes),
      priority: priorityOf(alert),
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

/** As many lines as there is room for, from the top. */
function withinBytes(lines: readonly string[], max: number): string {
  const sign = "…";
  let kept = "";
  for (const line of lines) {
    const longer = kept === "" ? line : `${kept}\n${line}`;
    if (Buffer.byteLength(`${longer}\n${sign}`) > max) return `${kept}\n${sign}`;
    kept = longer;
  }
  return kept;
}

/** 5 rings through "do not disturb". */
function priorityOf({ status, severity, uncheckedSince }: Alert): number {
  if (status === "information") return 2;
  if (uncheckedSince !== undefined) return 3;
  if (status !== "firing") return status === "resolved" ? 3 : 2;
  return severity === "breaking" ? 5 : 4;
}

/** ntfy shows these as emoji. */
function tagOf({ status }: Alert): string {
  if (status === "information") return "newspaper";
  if (status === "resolved") return "white_check_mark";
  return status === "acknowledged" ? "eyes" : "rotating_light";
}
