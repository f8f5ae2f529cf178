import type { Receiver } from "../../probe/receiver.ts";
import type { SecretRef } from "../../probe/target.ts";
import type { OutboxEntry } from "../alert.ts";

/** What is to be posted, complete with signatures: made anew for each attempt, never stored or logged. */
export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Nothing can be posted, now or later, for this reason. It names no secret. */
export interface Refusal {
  readonly refused: string;
}

/** One kind of receiver: how an alert looks to it. Pure, given the secrets. */
export interface ReceiverKind<R extends Receiver> {
  /** `atMs` is the time of the attempt: signatures are made for it. */
  render(entry: OutboxEntry, receiver: R, secret: (ref: SecretRef) => string, atMs: number): Message | Refusal;
}
