import type { SecretRef } from "../../probe/target.ts";

import type { Receiver } from "../../probe/receiver.ts";

import type { OutboxEntry } from "../compose/alert.ts";
import type { MailRequest } from "./mailer.ts";
import type { StatusRules } from "./outcome.ts";

/** What is to be posted, complete with signatures: made anew for each attempt, never stored or logged. */
export interface Message {
  /** POST when left out. */
  readonly method?: "PUT";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Posted first, such as what ends a ringing phone. Any reply will do; without one, the message is not sent yet. */
  readonly before?: Omit<Message, "before"> | undefined;
}

/** What is to be mailed instead. */
export interface Mail {
  readonly mail: MailRequest;
}

/** Nothing can be sent, now or later, for this reason. It contains no secret. */
export interface Refusal {
  readonly refused: string;
}

/** The value behind a reference; may throw when it can't be read just now. */
export type SecretReader = (ref: SecretRef) => string;

/** What delivery needs to know about one kind of receiver. Pure, given the secrets. */
export interface DeliveryKind<R extends Receiver = Receiver> {
  /** `atMs` is the time of the attempt: signatures are made for it. */
  render(entry: OutboxEntry, receiver: R, secret: SecretReader, atMs: number): Message | Mail | Refusal;
  /** What its status codes mean; `{}` where they mean what Standard Webhooks says. */
  readonly statuses: StatusRules;
  /** Whether it takes an alert for resolved unless the alert is sent again and again. */
  readonly forgets: boolean;
  /** A message that is only worth sending now: a failure is not retried, opens no incident and leaves no record. */
  readonly isRoutine?: boolean;
}

/** Finds what is known about a receiver's kind; the composition root passes in the table of `src/receivers`. */
export type KindOf = (receiver: Receiver) => DeliveryKind;

/** The address of a receiver, which may itself be a secret. */
export function urlOf({ url }: Receiver, secret: SecretReader): string {
  return typeof url === "string" ? url : secret(url).trim();
}

/** A message with a JSON body. */
export function jsonMessage(url: string, body: object, headers: Readonly<Record<string, string>> = {}): Message {
  return { url, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

/** A message with the body of a form, for services that take nothing else. */
export function formMessage(
  url: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Message {
  const body = new URLSearchParams(fields).toString();
  return { url, headers: { "content-type": "application/x-www-form-urlencoded", ...headers }, body };
}
