import type { SecretRef } from "../../probe/target.ts";

import type { Receiver } from "../../probe/receiver.ts";

import type { OutboxEntry } from "../compose/alert.ts";
import type { MailRequest } from "./mailer.ts";
import type { StatusRules } from "./outcome.ts";

/** What is to be posted, complete with signatures: made anew for each attempt, never stored or logged. */
export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What is to be mailed instead. */
export interface Mail {
  readonly mail: MailRequest;
}

/** Nothing can be posted, now or later, for this reason. It names no secret. */
export interface Refusal {
  readonly refused: string;
}

/** The value behind a reference; may throw when it can't be read just now. */
export type SecretReader = (ref: SecretRef) => string;

/** One kind of receiver: how an alert looks to it. Pure, given the secrets. */
export interface ReceiverKind<R extends Receiver, M extends Message | Mail = Message> {
  /** `atMs` is the time of the attempt: signatures are made for it. */
  render(entry: OutboxEntry, receiver: R, secret: SecretReader, atMs: number): M | Refusal;
  /** What its statuses mean where that is not what Standard Webhooks says. */
  readonly statuses?: StatusRules;
  /** Has to be told again and again what holds, or takes it for over. */
  readonly forgets?: boolean;
}

/** Where a receiver is; the address itself may be the secret. */
export function urlOf({ url }: Receiver, secret: SecretReader): string {
  return typeof url === "string" ? url : secret(url).trim();
}

/** A message of JSON. */
export function jsonMessage(url: string, body: object, headers: Readonly<Record<string, string>> = {}): Message {
  return { url, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}
