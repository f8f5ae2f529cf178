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
  const url = typeof receiver.url === "string" ? [] : [{ ref: receiver.url, form: address }];
  switch (receiver.kind) {
    case "webhook":
      return [...receiver.secrets.map((ref) => ({ ref, form: signing })), ...url];
    default:
      return receiver.kind satisfies never;
  }
}

const signing: SecretForm = { words: webhookKeyForm, accepts: (value) => webhookKey(value) !== undefined };

const address: SecretForm = {
  words: "an http or https URL",
  accepts: (value) => URL.canParse(value.trim()) && /^https?:$/.test(new URL(value.trim()).protocol),
};
