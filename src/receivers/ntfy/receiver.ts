import type { NtfyReceiver } from "../../probe/receiver.ts";
import { token, topic } from "../../probe/receiver-secrets.ts";
import type { Alert } from "../../notify/compose/alert.ts";
import { linksFor } from "../../notify/compose/fill-template.ts";
import { jsonMessage, type ReceiverKind, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { changeLines, factLines, fit, headline } from "../wording.ts";

/** ntfy, published as JSON: plain text on a phone. https://docs.ntfy.sh/publish/#publish-as-json */
export const ntfy: ReceiverKind<NtfyReceiver> = {
  statuses: { delivered: [200], refused: [400, 413], goneIsFailure: true },
  render({ alert }, receiver, secret) {
    const name = secret(receiver.topic).trim();
    if (!topic.accepts(name)) return { refused: `the topic of ${receiver.name} is not ${topic.words}` };
    const bearer = receiver.token === undefined ? undefined : secret(receiver.token).trim();
    if (bearer !== undefined && !token.accepts(bearer)) {
      return { refused: `the token of ${receiver.name} is not ${token.words}` };
    }
    const links = linksFor(alert, receiver.links);
    const lines = [
      fit(alert.summary, 300),
      ...changeLines(alert, 240),
      ...factLines(alert, 200).map(([what, value]) => `${what}: ${value}`),
    ];
    const message = {
      topic: name,
      title: headline(alert),
      message: withinBytes(lines, maxMessageBytes),
      priority: priorityOf(alert),
      tags: [tagOf(alert), "plumbline"],
      ...(links[0] === undefined ? {} : { click: links[0].href }),
      ...(links.length === 0
        ? {}
        : {
            actions: links
              .slice(0, maxActions)
              .map(({ text, href }) => ({ action: "view", label: fit(text, 40), url: href })),
          }),
    };
    const headers = bearer === undefined ? undefined : { authorization: `Bearer ${bearer}` };
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
function priorityOf({ status, severity }: Alert): number {
  if (status === "information") return 2;
  if (status !== "firing") return status === "resolved" ? 3 : 2;
  return severity === "breaking" ? 5 : 4;
}

/** ntfy shows these as emoji. */
function tagOf({ status }: Alert): string {
  if (status === "information") return "newspaper";
  if (status === "resolved") return "white_check_mark";
  return status === "acknowledged" ? "eyes" : "rotating_light";
}
