import type { Receiver } from "./receiver.ts";
import type { SecretRef } from "./target.ts";
import { webhookKey, webhookKeyForm } from "./webhook-key.ts";

/** What a secret has to look like for a service to take it. */
interface SecretForm {
  readonly words: string;
  accepts(value: string): boolean;
}

/** One secret of a receiver, and its form where the service says one. */
export interface SecretUse {
  readonly ref: SecretRef;
  readonly form?: SecretForm | undefined;
}

/** Every secret a receiver needs: what a start looks for, and what no log may hold. */
export function secretUses(receiver: Receiver): SecretUse[] {
  return [...ownSecrets(receiver), ...(typeof receiver.url === "string" ? [] : [{ ref: receiver.url, form: address }])];
}

function ownSecrets(receiver: Receiver): SecretUse[] {
  switch (receiver.kind) {
    case "webhook":
      return receiver.secrets.map((ref) => ({ ref, form: signing }));
    case "pagerduty":
      return [{ ref: receiver.routingKey, form: routingKey }];
    case "alertmanager":
      return tokenOf(receiver.token);
    case "ntfy":
      return [{ ref: receiver.topic, form: topic }, ...tokenOf(receiver.token)];
    case "email":
      return receiver.login === undefined ? [] : [{ ref: receiver.login.password, form: password }];
    case "slack":
    case "discord":
    case "teams":
    case "googleChat":
      return [];
    default:
      return receiver satisfies never;
  }
}

const tokenOf = (ref: SecretRef | undefined): SecretUse[] => (ref === undefined ? [] : [{ ref, form: token }]);

const signing: SecretForm = { words: webhookKeyForm, accepts: (value) => webhookKey(value) !== undefined };

/** Whitespace around a secret, as files have, is no part of it. */
const matching = (words: string, form: RegExp): SecretForm => ({ words, accepts: (value) => form.test(value.trim()) });

export const routingKey = matching("an integration key of 32 letters and digits", /^[A-Za-z0-9]{32}$/);
export const topic = matching("a topic of 1 to 64 letters, digits, - and _", /^[A-Za-z0-9_-]{1,64}$/);
/** What may stand in an `Authorization` header (RFC 6750). */
export const token = matching("a token of printable ASCII without blanks", /^[\x21-\x7e]+$/);

const password = matching("a password on one line", /^[^\p{Cc}]+$/u);

const address: SecretForm = {
  words: "an http or https URL",
  accepts: (value) => URL.canParse(value.trim()) && /^https?:$/.test(new URL(value.trim()).protocol),
};
