import type { SecretRef } from "./target.ts";

/** Somewhere alerts go. A closed union: a new kind of receiver is a new member here. */
export type Receiver = WebhookReceiver;

export interface WebhookReceiver {
  readonly kind: "webhook";
  readonly name: string;
  readonly url: string | SecretRef;
  /** Standard Webhooks secrets (`whsec_…`), newest first; all of them sign, so that they can be rotated. */
  readonly secrets: readonly SecretRef[];
  /** Permits addresses that are not public unicast, such as loopback and 10.0.0.0/8. */
  readonly allowPrivate: boolean;
  readonly timeoutMs: number;
}
