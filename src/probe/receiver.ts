import type { SecretRef } from "./target.ts";
import type { TemplateValue } from "./template.ts";

/** Somewhere alerts go. A closed union: a new kind of receiver is a new member here. */
export type Receiver = WebhookReceiver;

interface ReceiverBase {
  readonly name: string;
  readonly url: string | SecretRef;
  /** Permits plain http and addresses that are not public unicast, such as loopback and 10.0.0.0/8. */
  readonly allowPrivate: boolean;
  readonly timeoutMs: number;
  /** Where a person may go on reading; none when left out. */
  readonly links?: readonly LinkTemplate[] | undefined;
}

/** A link that is made for each alert: `https://wiki.example.com/{{scenario}}`. */
export interface LinkTemplate {
  readonly text: string;
  readonly url: string;
}

export interface WebhookReceiver extends ReceiverBase {
  readonly kind: "webhook";
  /** Standard Webhooks secrets, newest first; all of them sign: `whsec_…` as `v1`, `whsk_…` as `v1a`. */
  readonly secrets: readonly SecretRef[];
  readonly body?: WebhookBody | undefined;
}

/** What the generic receiver posts: Standard Webhooks' own body when left out. */
export type WebhookBody =
  | { readonly format: "standard" | "cloudevents" }
  | { readonly format: "template"; readonly template: TemplateValue };
