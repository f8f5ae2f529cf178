import { z } from "zod";
import type { Alert } from "../../notify/compose/alert.ts";
import { type Link, linksFor } from "../../notify/compose/fill-template.ts";
import { headline } from "../../notify/compose/headline.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import type { Receiver } from "../../probe/receiver.ts";
import { secret as secretSchema, urlOrEnv } from "../../probe/reference-schemas.ts";
import type { SecretRef } from "../../probe/target.ts";
import { escapeHtml } from "../../std/escape-html.ts";
import { isErrorBody } from "../error-body.ts";
import { bearerHeaders, commonSettings, type ReceiverKind } from "../receiver-kind.ts";
import { bearerToken } from "../secret-form.ts";
import { changeLines, factLines, fit, linksWithin } from "../wording.ts";

interface MatrixReceiver extends Receiver {
  readonly kind: "matrix";
  readonly room: string;
  readonly token: SecretRef;
}

const schema = z
  .strictObject({
    url: urlOrEnv.meta({ description: "the homeserver", examples: ["https://matrix.example.com"] }),
    room: z
      .string()
      .regex(/^![^\s/]{1,254}$/, { error: "a room id such as !abc:example.com, not an alias" })
      .meta({ description: "the room's id; the user of the token must be in it", examples: ["!abc:example.com"] }),
    token: secretSchema.describe("the access token of a user"),
    ...commonSettings,
  })
  .describe("a room of Matrix");

/**
 * Matrix' client-server API. The id of the delivery is the transaction id, so that a retry makes no second message.
 * Nobody is mentioned. Rooms with encryption show it as not encrypted.
 * https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid
 */
export const matrix: ReceiverKind<typeof schema, MatrixReceiver> = {
  schema,
  resolve: ({ url, room, token }, common) => ({ kind: "matrix", ...common, url, room, token }),
  secrets: ({ token }) => [{ ref: token, form: bearerToken }],
  wakesPeople: false,
  forgets: false,
  statuses: { delivered: [200], refused: [400, 403, 404], goneIsFailure: true, deniedBy: isErrorBody },
  render({ id, alert }, receiver, secret) {
    const headers = bearerHeaders(receiver, secret, bearerToken);
    if ("refused" in headers) return { refused: headers.refused };
    const room = `${urlOf(receiver, secret).replace(/\/+$/, "")}/_matrix/client/v3/rooms/${encodeURIComponent(receiver.room)}`;
    const links = linksWithin(linksFor(alert, receiver.links), 4000);
    const content = {
      msgtype: alert.status === "firing" ? "m.text" : "m.notice",
      body: textOf(alert, links, receiver),
      format: "org.matrix.custom.html",
      formatted_body: htmlOf(alert, links, receiver),
      "m.mentions": {},
    };
    return { ...jsonMessage(`${room}/send/m.room.message/${encodeURIComponent(id)}`, content, headers), method: "PUT" };
  },
};

function textOf(alert: Alert, links: readonly Link[], receiver: MatrixReceiver): string {
  return [
    headline(alert),
    fit(alert.summary, 300),
    ...changeLines(alert, 240),
    ...factLines(alert, 200, receiver).map(([name, value]) => `${name}: ${value}`),
    ...links.map(({ text, href }) => `${fit(text, 60)}: ${href}`),
  ].join("\n");
}

function htmlOf(alert: Alert, links: readonly Link[], receiver: MatrixReceiver): string {
  const changes = changeLines(alert, 240, escapeHtml).map((line) => `<li>${line}</li>`);
  const facts = factLines(alert, 200, receiver, escapeHtml).map(([name, value]) => `${name}: ${value}`);
  const anchors = links.map(({ text, href }) => `<a href="${escapeHtml(href)}">${fit(text, 60, escapeHtml)}</a>`);
  return [
    `<strong>${escapeHtml(headline(alert))}</strong><br>${fit(alert.summary, 300, escapeHtml)}`,
    ...(changes.length === 0 ? [] : [`<ul>${changes.join("")}</ul>`]),
    `<p>${facts.join("<br>")}</p>`,
    ...(anchors.length === 0 ? [] : [`<p>${anchors.join(" · ")}</p>`]),
  ].join("");
}
