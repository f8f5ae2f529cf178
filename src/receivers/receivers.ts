import type { Receiver } from "../probe/receiver.ts";
import type { OutboxEntry } from "../notify/compose/alert.ts";
import type { StatusRules } from "../notify/deliver/outcome.ts";
import { alertmanager } from "./alertmanager/render.ts";
import { discord } from "./discord/render.ts";
import { email } from "./email/render.ts";
import { googleChat } from "./google-chat/render.ts";
import { ntfy } from "./ntfy/render.ts";
import { pagerduty } from "./pagerduty/render.ts";
import type { Mail, Message, ReceiverKind, Refusal, SecretReader } from "../notify/deliver/receiver-kind.ts";
import { slack } from "./slack/render.ts";
import { teams } from "./teams/render.ts";
import { webhook } from "./webhook/render.ts";

type Rendered<K extends Receiver["kind"]> = K extends "email" ? Mail : Message;

/** A new kind of receiver is one file and one row here. */
const receiverKinds: {
  readonly [K in Receiver["kind"]]: ReceiverKind<Extract<Receiver, { kind: K }>, Rendered<K>>;
} = { webhook, pagerduty, slack, alertmanager, discord, teams, googleChat, ntfy, email };

/** What to post or mail for one entry to one receiver, or why nothing can be. */
export function renderFor<K extends Receiver["kind"]>(
  entry: OutboxEntry,
  receiver: Extract<Receiver, { kind: K }>,
  secret: SecretReader,
  atMs: number,
): Rendered<K> | Refusal {
  const kind: ReceiverKind<Extract<Receiver, { kind: K }>, Rendered<K>> = receiverKinds[receiver.kind as K];
  return kind.render(entry, receiver, secret, atMs);
}

/** What the statuses of one receiver mean. */
export function statusRulesOf({ kind }: Receiver): StatusRules | undefined {
  return receiverKinds[kind].statuses;
}

/** Has this one to be told again and again what holds? */
export function forgets({ kind }: Receiver): boolean {
  return receiverKinds[kind].forgets === true;
}
