import type { Receiver } from "../probe/receiver.ts";
import type { SecretRef } from "../probe/target.ts";
import { alertmanager } from "./alertmanager/receiver.ts";
import { discord } from "./discord/receiver.ts";
import { email } from "./email/receiver.ts";
import { googleChat } from "./google-chat/receiver.ts";
import { ntfy } from "./ntfy/receiver.ts";
import { pagerduty } from "./pagerduty/receiver.ts";
import type { ReceiverKind, RequiredSecret } from "./receiver-kind.ts";
import { webAddress } from "./secret-form.ts";
import { forReader } from "./wording.ts";
import { slack } from "./slack/receiver.ts";
import { teams } from "./teams/receiver.ts";
import { telegram } from "./telegram/receiver.ts";
import { opsgenie } from "./opsgenie/receiver.ts";
import { incidentIo } from "./incident-io/receiver.ts";
import { mattermost } from "./mattermost/receiver.ts";
import { matrix } from "./matrix/receiver.ts";
import { pushover } from "./pushover/receiver.ts";
import { twilio } from "./twilio/receiver.ts";
import { webhook } from "./webhook/receiver.ts";

/** Every kind of receiver, by its key in the configuration. A new kind is a folder and a row here. */
export const receiverKinds = {
  webhook,
  pagerduty,
  slack,
  alertmanager,
  discord,
  teams,
  googleChat,
  ntfy,
  email,
  telegram,
  opsgenie,
  incidentIo,
  mattermost,
  matrix,
  pushover,
  twilio,
} satisfies Readonly<Record<string, ReceiverKind>>;

const byName: Readonly<Record<string, ReceiverKind | undefined>> = receiverKinds;

/**
 * The row of a receiver, which writes for its people and their clock. A receiver of an unknown kind is a bug: the
 * configuration refuses it.
 */
export function kindOf({ kind }: Receiver): ReceiverKind {
  const found = byName[kind];
  if (found === undefined) throw new Error(`no receiver is registered for kind ${kind}`);
  if (found.isForPrograms === true) return found;
  return {
    ...found,
    render: (entry, receiver, secret, atMs) =>
      found.render({ ...entry, alert: forReader(entry.alert, receiver, atMs) }, receiver, secret, atMs),
  };
}

/** What the service of a receiver signs its requests with, if the receiver listens to it. */
export function eventSecret(receiver: Receiver): SecretRef | undefined {
  return byName[receiver.kind]?.events?.secretOf(receiver);
}

/** Every secret that a receiver needs to send: a start requires them, and no log may contain them. */
export function requiredSecrets(receiver: Receiver): RequiredSecret[] {
  const address = typeof receiver.url === "string" ? [] : [{ ref: receiver.url, form: webAddress }];
  const route = [receiver.proxy, receiver.ca].flatMap((ref) => (typeof ref === "object" ? [{ ref }] : []));
  return [...kindOf(receiver).secrets(receiver), ...address, ...route];
}
