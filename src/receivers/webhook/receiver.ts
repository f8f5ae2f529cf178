import { createHmac, sign } from "node:crypto";
import { z } from "zod";
import type { Receiver } from "../../probe/receiver.ts";
import { secret as secretSchema, urlOrEnv } from "../../probe/reference-schemas.ts";
import type { SecretRef } from "../../probe/target.ts";
import { pathsOf, type TemplateValue } from "../../probe/template.ts";
import type { Alert, OutboxEntry } from "../../notify/compose/alert.ts";
import { fillTemplate, type Filling, readingLinks } from "../../notify/compose/fill-template.ts";
import { urlOf } from "../../notify/deliver/receiver-kind.ts";
import { refusePaths } from "../alert-paths.ts";
import { commonSettings, type ReceiverKind } from "../receiver-kind.ts";
import {
  headersFrom,
  requestProblems,
  requestSecrets,
  type RequestSettings,
  requestSettings,
} from "../request-settings.ts";
import type { SecretForm } from "../secret-form.ts";
import { ourSeverities, renamedSeverities, type SeverityWords } from "../severity-words.ts";
import { type WebhookKey, webhookKey, webhookKeyForm } from "./key.ts";

export interface WebhookReceiver extends Receiver, RequestSettings {
  readonly kind: "webhook";
  /** Standard Webhooks secrets, newest first; all of them sign: `whsec_…` as `v1`, `whsk_…` as `v1a`. */
  readonly secrets: readonly SecretRef[];
  readonly body?: WebhookBody | undefined;
}

/** What the generic receiver posts: Standard Webhooks' own body when left out. */
type WebhookBody =
  | { readonly format: "standard" | "cloudevents" }
  | {
      readonly format: "template";
      readonly template: TemplateValue;
      readonly severities?: SeverityWords<string>;
    };

const template = z
  .record(z.string(), z.json())
  .superRefine((value, context) => refusePaths(pathsOf(value as TemplateValue), context))
  .meta({
    description: "your own body: texts may name parts of the alert, such as `{{summary}}` or `{{changes.0.after}}`",
    examples: [{ title: "{{summary}}" }],
  });

const schema = z
  .strictObject({
    url: urlOrEnv.meta({
      description: "URL that receives the requests",
      examples: ["https://hooks.example.com/plumbline"],
    }),
    secrets: z
      .array(secretSchema)
      .min(1)
      .max(5)
      .meta({
        description: "Standard Webhooks secrets, newest first: whsec_… signs v1, whsk_… (ed25519) signs v1a",
        examples: [[{ env: "ALERT_SECRET" }]],
      }),
    format: z
      .enum(["standard", "cloudevents"])
      .default("standard")
      .describe("format of the body: Standard Webhooks or CloudEvents"),
    template: template.optional(),
    severities: renamedSeverities(z.string().min(1).max(40), ourSeverities)
      .describe("value of `{{severity}}` in a template")
      .optional(),
    ...requestSettings,
    ...commonSettings,
  })
  .refine(({ format, template: own }) => own === undefined || format === "standard", {
    path: ["template"],
    error: "either format: cloudevents or a template",
  })
  .refine(({ severities, template: own }) => severities === undefined || own !== undefined, {
    path: ["severities"],
    error: "severities need a template: the other bodies are the same everywhere",
  })
  .describe("a signed POST request to your own program");

const signingSecret: SecretForm = {
  description: webhookKeyForm,
  accepts: (value) => webhookKey(value) !== undefined,
};

/**
 * The generic receiver: Standard Webhooks 1.0.0. Several secrets sign side by side, so that one can be replaced while
 * both are in use: symmetric ones as `v1`, ed25519 keys as `v1a`. Whatever the body, the signatures are over its bytes.
 * https://github.com/standard-webhooks/standard-webhooks
 */
export const webhook: ReceiverKind<typeof schema, WebhookReceiver> = {
  schema,
  resolve({ url, secrets, format, template: own, severities, headers, basicAuth }, common) {
    const body =
      own === undefined
        ? ({ format } as const)
        : ({ format: "template", template: own, ...(severities && { severities }) } as const);
    return { kind: "webhook", ...common, url, secrets, body, headers, basicAuth };
  },
  problems: requestProblems,
  secrets: (receiver) => [
    ...receiver.secrets.map((ref) => ({ ref, form: signingSecret })),
    ...requestSecrets(receiver),
  ],
  wakesPeople: false,
  isForPrograms: true,
  statuses: {},
  forgets: false,
  render(entry, receiver, secret, atMs) {
    const keys: WebhookKey[] = [];
    for (const [index, ref] of receiver.secrets.entries()) {
      const key = webhookKey(secret(ref));
      if (key === undefined) return { refused: `secret ${index + 1} of ${receiver.name} is not ${webhookKeyForm}` };
      keys.push(key);
    }
    if (keys.length === 0) return { refused: `${receiver.name} has no signing secret` };
    const headers = headersFrom(receiver, secret);
    if ("refused" in headers) return { refused: headers.refused };

    const { type, body } = bodyOf(entry, receiver);
    const timestamp = String(Math.floor(atMs / 1000));
    const signed = `${entry.id}.${timestamp}.${body}`;
    return {
      url: urlOf(receiver, secret),
      headers: {
        ...headers,
        "content-type": type,
        "webhook-id": entry.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": keys.map((key) => signature(key, signed)).join(" "),
      },
      body,
    };
  },
};

function signature(key: WebhookKey, signed: string): string {
  const bytes =
    key.scheme === "v1"
      ? createHmac("sha256", key.hmac).update(signed).digest()
      : sign(null, Buffer.from(signed), key.ed25519);
  return `${key.scheme},${bytes.toString("base64")}`;
}

function bodyOf(entry: OutboxEntry, receiver: WebhookReceiver): { readonly type: string; readonly body: string } {
  const { alert } = entry;
  const chosen = receiver.body ?? { format: "standard" };
  switch (chosen.format) {
    case "standard": {
      const body = { type: eventType(alert), timestamp: alert.at, data: dataOf(alert, receiver) };
      return { type: "application/json", body: JSON.stringify(body) };
    }
    case "cloudevents":
      return {
        type: "application/cloudevents+json; charset=utf-8",
        body: JSON.stringify(cloudEvent(entry, receiver)),
      };
    case "template":
      return {
        type: "application/json",
        body: JSON.stringify(fillTemplate(chosen.template, renamed(alert, chosen.severities))),
      };
    default:
      return chosen satisfies never;
  }
}

const renamed = (alert: Alert, words: SeverityWords<string> | undefined): Filling =>
  words === undefined ? alert : { ...alert, severity: words[alert.severity] };

const eventType = ({ event }: Alert): string =>
  event === "digest" ? "plumbline.digest" : `plumbline.incident.${event}`;

/** The alert, and the links that were made for it where there are any. */
function dataOf(alert: Alert, receiver: WebhookReceiver): object {
  const links = readingLinks(alert, receiver.links);
  return links.length === 0 ? alert : { ...alert, links };
}

/** CloudEvents 1.0.2 in structured mode. Source and id together name one event, over all attempts. */
function cloudEvent({ id, alert }: OutboxEntry, receiver: WebhookReceiver): object {
  return {
    specversion: "1.0",
    id,
    source:
      alert.event === "digest" ? "/plumbline" : `/plumbline/probes/${encodeURIComponent(alert.probe.toWellFormed())}`,
    type: eventType(alert),
    subject: alert.incidentId,
    time: alert.at,
    datacontenttype: "application/json",
    data: dataOf(alert, receiver),
  };
}
