import type { SecretRef } from "./target.ts";

import type { TemplateValue } from "./template.ts";

/** Somewhere alerts go. A closed union: a new kind of receiver is a new member here. */
export type Receiver =
  | WebhookReceiver
  | PagerDutyReceiver
  | SlackReceiver
  | AlertmanagerReceiver
  | DiscordReceiver
  | TeamsReceiver
  | GoogleChatReceiver
  | NtfyReceiver
  | EmailReceiver;

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

export interface PagerDutyReceiver extends ReceiverBase {
  readonly kind: "pagerduty";
  /** The integration key of a service's Events API v2 integration. */
  readonly routingKey: SecretRef;
}

/** Incoming webhooks: whoever has the address can post, so the address is the secret. */
interface AddressIsSecret extends ReceiverBase {
  readonly url: SecretRef;
}

export interface SlackReceiver extends AddressIsSecret {
  readonly kind: "slack";
}

export interface DiscordReceiver extends AddressIsSecret {
  readonly kind: "discord";
}

export interface TeamsReceiver extends AddressIsSecret {
  readonly kind: "teams";
}

export interface GoogleChatReceiver extends AddressIsSecret {
  readonly kind: "googleChat";
}

export interface AlertmanagerReceiver extends ReceiverBase {
  readonly kind: "alertmanager";
  readonly token?: SecretRef | undefined;
  /** So long after the last word of an alert Alertmanager takes it for resolved. */
  readonly holdMs: number;
  /** Further labels of every alert. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface NtfyReceiver extends ReceiverBase {
  readonly kind: "ntfy";
  /** Whoever knows the topic can read it. */
  readonly topic: SecretRef;
  readonly token?: SecretRef | undefined;
}

export interface EmailReceiver extends ReceiverBase {
  readonly kind: "email";
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** `starttls` is required, not tried. */
  readonly security: "tls" | "starttls" | "none";
  readonly login?: { readonly user: string; readonly password: SecretRef } | undefined;
  readonly from: { readonly name?: string | undefined; readonly address: string };
  readonly to: readonly string[];
}
