import type { Receiver } from "../../probe/receiver.ts";
import type { SecretRef } from "../../probe/target.ts";
import type { OutboxEntry } from "../alert.ts";
import type { Message, ReceiverKind, Refusal } from "./receiver.ts";
import { webhook } from "./webhook.ts";

/** A new kind of receiver is one file and one row here. */
const receiverKinds: {
  readonly [K in Receiver["kind"]]: ReceiverKind<Extract<Receiver, { kind: K }>>;
} = { webhook };

/** What to post for one entry to one receiver, or why nothing can be. */
export function renderFor(
  entry: OutboxEntry,
  receiver: Receiver,
  secret: (ref: SecretRef) => string,
  atMs: number,
): Message | Refusal {
  return receiverKinds[receiver.kind].render(entry, receiver, secret, atMs);
}
