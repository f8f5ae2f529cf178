import { z } from "zod";
import type { Alert } from "../../notify/compose/alert.ts";
import { linksFor } from "../../notify/compose/fill-template.ts";
import { headline } from "../../notify/compose/headline.ts";
import { formMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import type { Receiver } from "../../probe/receiver.ts";
import { httpUrl, secret as secretSchema } from "../../probe/reference-schemas.ts";
import type { SecretRef } from "../../probe/target.ts";
import { basicAuthorization } from "../basic-auth.ts";
import { isErrorBody } from "../error-body.ts";
import { commonSettings, type ReceiverKind } from "../receiver-kind.ts";
import { matching } from "../secret-form.ts";
import { changeLines, factLines, fit, mostUseful } from "../wording.ts";

interface TwilioReceiver extends Receiver {
  readonly kind: "twilio";
  readonly account: string;
  readonly user: string;
  readonly password: SecretRef;
  readonly from: string;
  readonly to: string;
}

const phone = z
  .string()
  .regex(/^\+[1-9]\d{5,14}$/, { error: "a phone number such as +15551234567" })
  .meta({ description: "a phone number with its country code", examples: ["+15551234567"] });

const schema = z
  .strictObject({
    account: z
      .string()
      .regex(/^AC[0-9a-fA-F]{32}$/, { error: "an Account SID: AC and 32 hexadecimal digits" })
      .meta({ description: "the Account SID", examples: [`AC${"0".repeat(32)}`] }),
    apiKey: z
      .string()
      .regex(/^SK[0-9a-fA-F]{32}$/, { error: "the SID of an API key: SK and 32 hexadecimal digits" })
      .optional()
      .meta({ description: "the SID of an API key; the account itself if omitted", examples: [`SK${"0".repeat(32)}`] }),
    password: secretSchema.describe("the secret of the API key, or the Auth Token of the account"),
    from: z
      .string()
      .regex(/^(?:\+[1-9]\d{5,14}|MG[0-9a-fA-F]{32}|[A-Za-z0-9 ]{1,11})$/, {
        error: "a phone number such as +15551234567, the SID of a Messaging Service, or a sender name",
      })
      .meta({
        description: "your number, the SID of a Messaging Service, or a sender name",
        examples: ["+15557654321"],
      }),
    to: phone,
    url: httpUrl.default("https://api.twilio.com").describe("the API"),
    ...commonSettings,
  })
  .describe("text messages (SMS) by Twilio");

const twilioSecret = matching("a secret of 32 letters and digits", /^[A-Za-z0-9]{32}$/);

/** Twilio's Messages resource: one short SMS. https://www.twilio.com/docs/messaging/api/message-resource */
export const twilio: ReceiverKind<typeof schema, TwilioReceiver> = {
  schema,
  resolve: ({ account, apiKey = account, password, from, to, url }, common) => ({
    kind: "twilio",
    ...common,
    url,
    account,
    user: apiKey,
    password,
    from,
    to,
  }),
  secrets: ({ password }) => [{ ref: password, form: twilioSecret }],
  wakesPeople: true,
  forgets: false,
  statuses: { delivered: [201], refused: [400, 404], goneIsFailure: true, deniedBy: isErrorBody },
  render({ alert }, receiver, secret) {
    if (alert.status === "information")
      return { refused: `${receiver.name} can't receive digests, because it wakes people` };
    const password = secret(receiver.password).trim();
    if (!twilioSecret.accepts(password)) {
      return { refused: `the password of ${receiver.name} is not ${twilioSecret.description}` };
    }
    const { account, user, from, to } = receiver;
    const url = `${urlOf(receiver, secret).replace(/\/+$/, "")}/2010-04-01/Accounts/${account}/Messages.json`;
    const sender = from.startsWith("MG") && from.length > 11 ? { MessagingServiceSid: from } : { From: from };
    return formMessage(
      url,
      { To: to, ...sender, Body: textOf(alert, receiver) },
      { authorization: basicAuthorization(user, password) },
    );
  },
};

/** Who is in a group: nobody else says so. */
const namesIn = (alert: Alert): readonly string[] => changeLines(alert, 120).slice(-1);

/** Eight parts of an SMS in the alphabet that has every letter; a link only if there is room for all of it. */
const longest = 8 * 67;

/** What it is and the link; between them since when, how bad it is, who else and what next, as far as there is room. */
function textOf(alert: Alert, receiver: TwilioReceiver): string {
  const text = `${headline(alert)}\n${fit(alert.summary, 120)}`;
  const link = mostUseful(linksFor(alert, receiver.links), alert);
  const end = link !== undefined && text.length + link.href.length < longest ? `\n${link.href}` : "";
  const facts = factLines(alert, 160, receiver).filter(([name]) => shownFacts.includes(name));
  const lines = [
    ...(alert.members === undefined ? changeLines(alert, 120).slice(0, end === "" ? 1 : 0) : namesIn(alert)),
    ...facts.map(([name, value]) => `${name}: ${value}`),
  ];
  let body = text;
  for (const line of lines) if (body.length + line.length + end.length < longest) body = `${body}\n${line}`;
  return body + end;
}

const shownFacts: readonly string[] = ["since", "lasted", "for users", "also affected", "next step"];
