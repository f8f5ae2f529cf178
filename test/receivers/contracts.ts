import { z } from "zod";

/** What each service says of the bodies it takes, with its limits; strict, so that a misspelt member shows. */

const text = (max: number) => z.string().min(1).max(max);
const https = (max = 3000) => z.url({ protocol: /^https?$/ }).max(max);
const time = z.iso.datetime();

/** Events API v2, `POST /v2/enqueue`. */
const event = { routing_key: z.string().length(32), dedup_key: text(255) };
export const pagerdutyBody = z.discriminatedUnion("event_action", [
  z.strictObject({
    ...event,
    event_action: z.literal("trigger"),
    client: z.string(),
    payload: z.strictObject({
      summary: text(1024),
      source: text(255),
      severity: z.enum(["critical", "error", "warning", "info"]),
      timestamp: time,
      component: z.string(),
      group: z.string(),
      class: z.string(),
      custom_details: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    }),
    links: z.array(z.strictObject({ href: https(), text: z.string() })),
  }),
  z.strictObject({ ...event, event_action: z.enum(["acknowledge", "resolve"]) }),
]);

/** Block Kit's limits, as the doc comments of its types have them. */
const plain = (max: number) =>
  z.strictObject({ type: z.literal("plain_text"), text: text(max), emoji: z.literal(false) });
export const slackBody = z.strictObject({
  text: text(3000),
  unfurl_links: z.literal(false),
  unfurl_media: z.literal(false),
  blocks: z
    .array(
      z.discriminatedUnion("type", [
        z.strictObject({ type: z.literal("header"), text: plain(150) }),
        z.strictObject({ type: z.literal("section"), text: plain(3000) }),
        z.strictObject({
          type: z.literal("context"),
          elements: z.array(z.strictObject({ type: z.literal("mrkdwn"), text: text(3000) })).max(10),
        }),
      ]),
    )
    .min(1)
    .max(50),
});

/** `postableAlerts` of Alertmanager's openapi.yaml. */
export const alertmanagerBody = z
  .array(
    z
      .strictObject({
        labels: z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string().min(1)),
        annotations: z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string()),
        startsAt: time,
        endsAt: time,
        generatorURL: z.url().optional(),
      })
      .refine(({ startsAt, endsAt }) => Date.parse(endsAt) >= Date.parse(startsAt), { error: "ends before it starts" }),
  )
  .min(1);

/** Webhook execution; all texts of all embeds together have a limit of their own. */
export const discordBody = z
  .strictObject({
    content: text(2000),
    allowed_mentions: z.strictObject({ parse: z.tuple([]) }),
    embeds: z
      .array(
        z.strictObject({
          title: text(256),
          description: text(4096),
          color: z.int().min(0).max(0xff_ff_ff),
          timestamp: time,
          fields: z.array(z.strictObject({ name: text(256), value: text(1024) })).max(25),
        }),
      )
      .length(1),
  })
  .refine(
    ({ embeds }) =>
      embeds
        .flatMap(({ title, description, fields }) => [title, description, ...fields.flatMap(Object.values)])
        .join("").length <= 6000,
    { error: "more than 6000 characters in embeds" },
  );

const textRun = z.strictObject({
  type: z.literal("TextRun"),
  text: z.string().min(1),
  weight: z.enum(["Bolder"]).optional(),
  size: z.enum(["Large"]).optional(),
  color: z.enum(["Good", "Warning", "Attention"]).optional(),
  fontType: z.enum(["Monospace"]).optional(),
  isSubtle: z.boolean().optional(),
});

/** The message of Workflows around an adaptive card 1.2 of which no element reads Markdown. */
export const teamsBody = z.strictObject({
  type: z.literal("message"),
  attachments: z
    .array(
      z.strictObject({
        contentType: z.literal("application/vnd.microsoft.card.adaptive"),
        contentUrl: z.null(),
        content: z.strictObject({
          $schema: z.literal("http://adaptivecards.io/schemas/adaptive-card.json"),
          type: z.literal("AdaptiveCard"),
          version: z.literal("1.2"),
          msteams: z.strictObject({ width: z.literal("Full") }),
          body: z
            .array(
              z.strictObject({
                type: z.literal("RichTextBlock"),
                spacing: z.enum(["Default", "Small"]),
                inlines: z.array(textRun).min(1),
              }),
            )
            .min(1),
          actions: z
            .array(z.strictObject({ type: z.literal("Action.OpenUrl"), title: text(40), url: https() }))
            .min(1)
            .max(6)
            .optional(),
        }),
      }),
    )
    .length(1),
});

const widget = z.union([
  z.strictObject({ textParagraph: z.strictObject({ text: z.string().min(1) }) }),
  z.strictObject({
    decoratedText: z.strictObject({ topLabel: text(50), text: z.string().min(1), wrapText: z.literal(true) }),
  }),
  z.strictObject({
    buttonList: z.strictObject({
      buttons: z
        .array(
          z.strictObject({
            text: text(40),
            onClick: z.strictObject({ openLink: z.strictObject({ url: https() }) }),
          }),
        )
        .min(1),
    }),
  }),
]);

/** `spaces.messages` with one card. */
export const googleChatBody = z.strictObject({
  thread: z.strictObject({ threadKey: text(4000) }),
  fallbackText: z.string().min(1),
  cardsV2: z
    .array(
      z.strictObject({
        cardId: z.string().min(1),
        card: z.strictObject({
          header: z.strictObject({ title: text(200), subtitle: text(200) }),
          sections: z.array(z.strictObject({ widgets: z.array(widget).min(1).max(100) })).min(1),
        }),
      }),
    )
    .length(1),
});

/** Publishing as JSON. */
export const ntfyBody = z.strictObject({
  topic: z.string().regex(/^[-_A-Za-z0-9]{1,64}$/),
  title: text(250),
  message: z.string().refine((message) => Buffer.byteLength(message) <= 4096, { error: "becomes an attachment" }),
  priority: z.int().min(1).max(5),
  tags: z.array(z.string().regex(/^[a-z_]+$/)).max(5),
  click: https().optional(),
  actions: z
    .array(z.strictObject({ action: z.literal("view"), label: text(40), url: https() }))
    .min(1)
    .max(3)
    .optional(),
});

const utf16 = z.int().min(0);

/** `sendMessage` of the Bot API; no parse_mode, so that only these entities are markup. */
export const telegramBody = z
  .strictObject({
    chat_id: z.string().regex(/^(-?\d+|@\w+)$/),
    message_thread_id: z.int().optional(),
    text: text(4096),
    entities: z
      .array(
        z.discriminatedUnion("type", [
          z.strictObject({ type: z.literal("bold"), offset: utf16, length: utf16.min(1) }),
          z.strictObject({ type: z.literal("text_link"), offset: utf16, length: utf16.min(1), url: https() }),
        ]),
      )
      .max(100),
    link_preview_options: z.strictObject({ is_disabled: z.literal(true) }),
    disable_notification: z.boolean(),
  })
  .refine(({ text: whole, entities }) => entities.every(({ offset, length }) => offset + length <= whole.length), {
    error: "an entity beyond the text",
  });

/** `POST /v2/alerts`, and the actions on an alert. */
const opsgenieNote = z.strictObject({ source: text(100), note: text(25_000) });
const opsgenieAlert = z
  .strictObject({
    message: text(130),
    alias: text(512),
    description: text(15_000),
    tags: z.array(text(50)).max(20),
    details: z.record(z.string(), z.string()),
    entity: text(512),
    source: text(100),
    priority: z.enum(["P1", "P2", "P3", "P4", "P5"]),
  })
  .refine(({ details }) => Object.entries(details).flat().join("").length <= 8000, { error: "details too long" });
export const opsgenieBody = z.union([opsgenieAlert, opsgenieNote]);

/** Alert events V2, CreateHTTP. */
export const incidentIoBody = z.strictObject({
  title: text(1000),
  status: z.enum(["firing", "resolved"]),
  deduplication_key: text(255),
  description: z.string(),
  source_url: https().optional(),
  metadata: z.record(z.string(), z.string()),
});

/** Incoming webhook with message attachments. */
export const mattermostBody = z.strictObject({
  attachments: z
    .array(
      z.strictObject({
        fallback: text(4000),
        color: z.string().regex(/^#[0-9a-f]{6}$/),
        title: text(200),
        title_link: https().optional(),
        text: text(16_383),
        fields: z.array(z.strictObject({ title: text(100), value: text(4000), short: z.literal(false) })),
      }),
    )
    .length(1),
});

/** `m.room.message` with `org.matrix.custom.html`. */
export const matrixBody = z.strictObject({
  msgtype: z.enum(["m.text", "m.notice"]),
  body: z.string().min(1),
  format: z.literal("org.matrix.custom.html"),
  formatted_body: z.string().min(1),
  "m.mentions": z.strictObject({}),
});

/** `POST /1/messages.json`, as a form. */
export const pushoverBody = z
  .strictObject({
    token: z.string().length(30),
    user: z.string().length(30),
    title: text(250),
    message: text(1024),
    priority: z.enum(["-2", "-1", "0", "1", "2"]),
    timestamp: z.string().regex(/^\d{10}$/),
    retry: z.string().regex(/^\d+$/).optional(),
    expire: z.string().regex(/^\d+$/).optional(),
    tags: z.string().max(255).optional(),
    url: https(512).optional(),
    url_title: text(100).optional(),
  })
  .refine(({ priority, retry, expire }) => priority !== "2" || (Number(retry) >= 30 && Number(expire) <= 10_800), {
    error: "an emergency without retry and expire",
  });

/** `POST /2010-04-01/Accounts/{sid}/Messages.json`, as a form. */
export const twilioBody = z
  .strictObject({
    To: z.string().regex(/^\+\d{6,15}$/),
    From: text(16).optional(),
    MessagingServiceSid: z.string().length(34).optional(),
    Body: text(1600),
  })
  .refine(({ From, MessagingServiceSid }) => (From === undefined) !== (MessagingServiceSid === undefined), {
    error: "From or MessagingServiceSid",
  });
