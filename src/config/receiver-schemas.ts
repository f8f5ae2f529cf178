import { z } from "zod";
import { isAlertPath, pathsIn, pathsOf, type TemplateValue } from "../probe/template.ts";
import { httpUrl, secret, urlOrEnv } from "./reference-schemas.ts";
import { manner } from "./alerting-schemas.ts";
import { duration } from "./text-schemas.ts";

/** What every kind of receiver may say of how it is reached. */
const reach = {
  allowPrivate: z.boolean().default(false).describe("permits plain http, loopback and private addresses"),
  timeout: duration.default("10s").describe("of one attempt to hand over an alert"),
};

const template = z
  .record(z.string(), z.json())
  .superRefine((value, context) => complainOfPaths(pathsOf(value as TemplateValue), context))
  .meta({
    description:
      'a body of your own: texts may name parts of the alert, such as "{{summary}}" or "{{changes.0.after}}"',
    examples: [{ title: "{{summary}}" }],
  });

const webhook = z
  .strictObject({
    url: urlOrEnv.meta({ description: "where it is posted to", examples: ["https://hooks.example.com/plumbline"] }),
    secrets: z
      .array(secret)
      .min(1)
      .max(5)
      .meta({
        description: "Standard Webhooks secrets, newest first: whsec_… signs v1, whsk_… (ed25519) signs v1a",
        examples: [[{ env: "ALERT_SECRET" }]],
      }),
    format: z
      .enum(["standard", "cloudevents"])
      .default("standard")
      .describe("the body: Standard Webhooks' or CloudEvents'"),
    template: template.optional(),
    ...reach,
  })
  .refine(({ format, template: own }) => own === undefined || format === "standard", {
    path: ["template"],
    error: "either format: cloudevents or a template",
  });

const pagerduty = z.strictObject({
  routingKey: secret.describe("the integration key of an Events API v2 integration"),
  url: httpUrl.default("https://events.pagerduty.com/v2/enqueue").describe("another for the service region EU"),
  ...reach,
});

/** Incoming webhooks: whoever has the address can post, so it is named like any other secret. */
export const chat = z
  .strictObject({ url: secret.describe("the webhook's address, which is a secret"), ...reach })
  .meta({ title: "chat", description: "a webhook of a chat service" });

const alertmanager = z.strictObject({
  url: urlOrEnv.meta({
    description: "without /api/v2; each replica is a receiver of its own",
    examples: ["https://alertmanager.example.com"],
  }),
  token: secret.optional().describe("sent as Authorization: Bearer"),
  hold: duration
    .default("10m")
    .describe("alerts are told again every minute; so long after the last time Alertmanager takes them for resolved"),
  labels: z
    .record(
      z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { error: "a label name of letters, digits and _" }),
      z.string().min(1).max(200),
    )
    .default({})
    .meta({ description: "labels of every alert", examples: [{ env: "production" }] }),
  ...reach,
});

const ntfy = z.strictObject({
  url: urlOrEnv.default("https://ntfy.sh").describe("the server"),
  topic: secret.describe("whoever knows the topic can read it"),
  token: secret.optional().describe("an access token of the server"),
  ...reach,
});

export const mailAddress = z
  .string()
  .max(254)
  .regex(/^[^\s@<>,;:"\\()[\]]+@[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, { error: "an address such as oncall@example.com" })
  .meta({ title: "mail address", description: "without a display name", examples: ["oncall@example.com"] });

const email = z.strictObject({
  host: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, { error: "the name of a mail server" })
    .meta({ description: "the mail server", examples: ["smtp.example.com"] }),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .meta({ description: "587 with starttls, 465 with tls and 25 without when left out", examples: [587] }),
  security: z
    .enum(["starttls", "tls", "none"])
    .default("starttls")
    .describe("how the connection is secured; none needs allowPrivate: true"),
  user: z
    .string()
    .min(1)
    .max(320)
    .optional()
    .meta({ description: "who logs in", examples: ["plumbline"] }),
  password: secret.optional().describe("the user's password"),
  from: mailAddress.describe("the sender"),
  to: z
    .array(mailAddress)
    .min(1)
    .max(20)
    .meta({ description: "the recipients", examples: [["oncall@example.com"]] }),
  ...reach,
});

/** One key, which is its kind. */
const kinds = {
  webhook: webhook.describe("a signed POST to a program of yours"),
  pagerduty: pagerduty.describe("Events API v2"),
  slack: chat.describe("an incoming webhook of Slack"),
  alertmanager: alertmanager.describe("Prometheus Alertmanager"),
  discord: chat.describe("a webhook of Discord"),
  teams: chat.describe("a workflow of Microsoft Teams that begins with a webhook request"),
  googleChat: chat.describe("an incoming webhook of Google Chat"),
  ntfy: ntfy.describe("the service ntfy.sh, or a server of your own"),
  email: email.describe("by SMTP"),
};

const kindNames = Object.keys(kinds) as (keyof typeof kinds)[];

export const receiver = z
  .strictObject({ ...optional(kinds), ...manner })
  .refine((value) => kindNames.filter((kind) => value[kind] !== undefined).length === 1, {
    error: `exactly one of ${kindNames.join(", ")}`,
    when: ({ issues }) => issues.length === 0,
  })
  .meta({ oneOf: kindNames.map((kind) => ({ required: [kind] })) });

export type ReceiverText = z.output<typeof receiver>;

/** Links that go into each alert. The origin is fixed, so that nothing in an alert can lead elsewhere. */
export const links = z
  .record(
    z.string().min(1).max(40),
    z
      .string()
      .regex(/^https?:\/\/[^\s/{}?#@\\]+\/[^\s\\]*$/, {
        error: "an http or https URL such as https://wiki.example.com/{{scenario}}",
      })
      .superRefine((text, context) => complainOfPaths(pathsIn(text), context)),
  )
  .refine((all) => Object.keys(all).length <= 5, { error: "at most 5 links" })
  .default({})
  .meta({
    description: "where an alert leads: a name for the link, and a URL that may name parts of the alert",
    examples: [{ Trace: "https://tempo.example.com/trace/{{evidence.last.traceId}}" }],
  });

function complainOfPaths(paths: readonly string[], context: z.core.$RefinementCtx): void {
  for (const path of paths) {
    if (!isAlertPath(path))
      context.addIssue({ code: "custom", message: `a part of an alert, and {{${path.slice(0, 40)}}} is none` });
  }
}

function optional<S extends Record<string, z.ZodType>>(shape: S): { [K in keyof S]: z.ZodOptional<S[K]> } {
  const entries = Object.entries(shape).map(([key, schema]) => [key, schema.optional()]);
  return Object.fromEntries(entries) as { [K in keyof S]: z.ZodOptional<S[K]> };
}
