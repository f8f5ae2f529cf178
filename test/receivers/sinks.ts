import type { z } from "zod";
import type { SampleKind } from "./kinds.ts";
import {
  alertmanagerBody,
  discordBody,
  googleChatBody,
  ntfyBody,
  pagerdutyBody,
  slackBody,
  teamsBody,
} from "./contracts.ts";

/** A service as a judge of bodies: their shape, their size, and what of their texts it would obey. */
interface Sink {
  readonly kind: SampleKind;
  readonly body: z.ZodType;
  readonly maxBytes: number;
  /** The texts that the service would read as markup. */
  harmless(body: unknown): string[];
}

const bare = (texts: readonly string[], markup: RegExp): string[] => texts.filter((text) => markup.test(text));

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
        ...ours.map((one) => one.text).filter((one) => !/^<https:\/\/[^<>|\s]+\|[^<>|]+>$/.test(one)),
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
        ...fields.filter(({ name }) => name !== "links").map(({ value }) => value),
      ]);
      const unescaped = [content, ...texts].map((text) => text.replaceAll(/\\[\\*_~`|[\]<]|^\\[-+#>]/gm, ""));
      return bare(unescaped, /[\\*_~`|[\]<]|^[-+#>]/m);
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
  { kind: "ntfy", body: ntfyBody, maxBytes: 20_000, harmless: () => [] },
];
