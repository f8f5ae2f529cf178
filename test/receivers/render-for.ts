import type { OutboxEntry } from "../../src/notify/compose/alert.ts";
import type { Mail, Message, Refusal, SecretReader } from "../../src/notify/deliver/receiver-kind.ts";
import type { Receiver } from "../../src/probe/receiver.ts";
import { kindOf } from "../../src/receivers/receivers.ts";

/** What is sent for one entry, by the row of the receiver's kind. */
export function renderFor(
  entry: OutboxEntry,
  receiver: Receiver,
  secret: SecretReader,
  atMs: number,
): Mail | Message | Refusal {
  return kindOf(receiver).render(entry, receiver, secret, atMs);
}
