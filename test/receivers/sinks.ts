import type { z } from "zod";
import type { SampleKind } from "./kinds.ts";
import {
  alertmanagerBody,
  discordBody,
  googleChatBody,
  incidentIoBody,
  matrixBody,
  mattermostBody,
  ntfyBody,
  opsgenieBody,
  pagerdutyBody,
  pushoverBody,
  slackBody,
  teamsBody,
  telegramBody,
  twilioBody,
} from "./contracts.ts";

/** A service as a judge of bodies: their shape, their size, and what of their texts it would obey. */
interface Sink {
  readonly kind: SampleKind;
  readonly body: z.ZodType;
  readonly maxBytes: number;
  /** How many of 200 names there is room for; more than 150 when left out. */
  readonly names?: number;
  /** The texts that the service would read as markup. */
  harmless(body: unknown): string[];
}

const bare = (texts: readonly string[], markup: RegExp): string[] => texts.filter((text) => markup.test(text));

const ourMrkdwn = /^(?:<https:\/\/[^<>|\s]+\|[^<>|]+>|began <!date\^\d+\^\{date_short_pretty\} \{time\}\|[^<>|]+>)$/;
const ourTime = /^<t:\d+:f> \(<t:\d+:R>\)$/;

export const contracts: readonly Sink[] = [
  { kind: "pagerduty", body: pagerdutyBody, maxBytes: 512_000, harmless: () => [] },
  {
    kind: "slack",
    body: slackBody,
    maxBytes: 60_000,
    harmless(parsed) {
      const { text, blocks } = slackBody.parse(parsed);
      const plain = blocks.flatMap((block) => (block.type === "context" ? [] : [block.text.text]));
      const ours = blocks.flatMap((block) => (block.type === "context" ? block.elements : []));
      const characters = JSON.stringify(blocks).length;
      return [
        ...bare([text, ...plain], /[<>]|&(?!(?:amp|lt|gt);)/),
        ...ours.map((one) => one.text).filter((one) => !ourMrkdwn.test(one)),
        ...(characters > 12_000 ? [`${characters} characters of blocks`] : []),
      ];
    },
  },
  { kind: "alertmanager", body: alertmanagerBody, maxBytes: 64_000, harmless: () => [] },
  {
    kind: "discord",
    body: discordBody,
    maxBytes: 60_000,
    harmless(parsed) {
      const { content, embeds } = discordBody.parse(parsed);
      const texts = embeds.flatMap(({ description, fields }) => [
        description,
        ...fields.filter(({ name }) => name !== "links" && name !== "began, your time").map(({ value }) => value),
      ]);
      const times = embeds.flatMap(({ fields }) => fields.filter(({ name }) => name === "began, your time"));
      const unescaped = [content, ...texts].map((text) => text.replaceAll(/\\[\\*_~`|[\]<]|^\\[-+#>]/gm, ""));
      const notOurs = times.map(({ value }) => value).filter((value) => !ourTime.test(value));
      return [...bare(unescaped, /[\\*_~`|[\]<]|^[-+#>]/m), ...notOurs];
    },
  },
  { kind: "teams", body: teamsBody, maxBytes: 28 * 1024, harmless: () => [] },
  {
    kind: "googleChat",
    body: googleChatBody,
    maxBytes: 32_000,
    harmless(parsed) {
      const widgets = googleChatBody
        .parse(parsed)
        .cardsV2.flatMap(({ card }) => card.sections.flatMap((one) => one.widgets));
      const texts = widgets.flatMap((widget) => {
        if ("textParagraph" in widget) return [widget.textParagraph.text];
        return "decoratedText" in widget ? [widget.decoratedText.text] : [];
      });
      const withoutOurs = texts.map((text) => text.replaceAll(/<br>|^<b>|<\/b>$/g, ""));
      return bare(withoutOurs, /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
    },
  },
  { kind: "telegram", body: telegramBody, maxBytes: 60_000, harmless: () => [] },
  { kind: "opsgenie", body: opsgenieBody, maxBytes: 60_000, harmless: () => [] },
  {
    kind: "incidentIo",
    body: incidentIoBody,
    maxBytes: 100_000,
    harmless(parsed) {
      const { description } = incidentIoBody.parse(parsed);
      const lines = description.split("\n\n").filter((line) => !/^\[(?:Trace|Run)/.test(line));
      return bare(
        lines.map((line) => line.replaceAll(/\\[\\*_~`|[\]<]|^\\[-+#>]/g, "")),
        /[\\*_~`|[\]<]|^[-+#>]/,
      );
    },
  },
  {
    kind: "mattermost",
    body: mattermostBody,
    maxBytes: 100_000,
    harmless(parsed) {
      const texts = mattermostBody
        .parse(parsed)
        .attachments.flatMap(({ text, fields }) => [
          ...text.split("\n"),
          ...fields.filter(({ title }) => title !== "links").map(({ value }) => value),
        ]);
      return bare(
        texts.map((one) => one.replaceAll(/\\[\\*_~`|[\]]|^\\[-+#>]/g, "")),
        /[\\*_~`|[\]]|^[-+#>]/,
      );
    },
  },
  {
    kind: "matrix",
    body: matrixBody,
    maxBytes: 65_536,
    harmless(parsed) {
      const html = matrixBody.parse(parsed).formatted_body;
      const withoutOurs = html.replaceAll(
        /<\/?(?:strong|ul|li|p)>|<br>|<a href="https:\/\/(?:tempo|wiki)\.example\.com\/[^"<>]*">|<\/a>/g,
        "",
      );
      return bare([withoutOurs], /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
    },
  },
  { kind: "pushover", body: pushoverBody, maxBytes: 20_000, harmless: () => [], names: 0 },
  { kind: "twilio", body: twilioBody, maxBytes: 4_000, harmless: () => [], names: 0 },
  { kind: "ntfy", body: ntfyBody, maxBytes: 20_000, harmless: () => [] },
];
