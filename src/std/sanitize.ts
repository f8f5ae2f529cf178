import { stripVTControlCharacters } from "node:util";

const ellipsis = "…";

/** Everything that a terminal, a log or a chat would obey or hide instead of showing it. */
const blanks = /[\t\n\v\f\r\u0085\p{Z}]+/gu;
const unseen =
  /[\p{Cc}\p{Cf}\p{Co}\u115F\u1160\u3164\uFFA0]|\u034F|[\u17B4-\u17B5]|[\uFE00-\uFE0E]|[\u{E0000}-\u{E0FFF}]/gu;
/** More than three marks on one letter spill over the neighbouring lines. */
const piledMarks = /(\p{M}{3})\p{M}+/gu;

const groupMention = /@(?=(?:everyone|here|channel|all)\b)/giu;
const leadingMention = /(?<![\p{L}\p{N}._%+-])@(?=[\p{L}\p{N}_<])/gu;
/** Slack and Discord: `<!channel>`, `<@U123>`, `<#C123>`, and Slack's masked links `<https://…|text>`. */
const angleMarkup = /<(?=[@!#&a-z])/giu;
const scheme = /\b([a-z][a-z0-9+.-]*):\/\//giu;

/**
 * One line of visible text of at most `maxLength` UTF-16 units, whatever came in: no control, escape, bidi or
 * invisible characters, no lone surrogates. For names and ids of ours, which must stay what they are.
 */
export function plainLine(text: string, maxLength: number): string {
  // Cutting first bounds the work on hostile input; what is removed later only makes it shorter.
  const bounded = text.slice(0, maxLength * 8 + 256).toWellFormed();
  const line = stripVTControlCharacters(bounded)
    .replace(blanks, " ")
    .replace(unseen, "")
    .replace(piledMarks, "$1")
    .replace(/ {2,}/g, " ")
    .trim();
  return cut(line, maxLength);
}

/**
 * As `plainLine`, and nobody is called and nothing is a link: mentions lose their `@` or `<`, URLs their
 * scheme separator. For text that a stranger, such as a model or a provider, had a hand in. Markup of the sink
 * (HTML, Markdown, Slack) is still to be escaped by whoever renders for that sink.
 */
export function sanitize(text: string, maxLength: number): string {
  const line = plainLine(text, maxLength * 2)
    .replace(angleMarkup, "‹")
    .replace(groupMention, "＠")
    .replace(leadingMention, "＠")
    .replace(scheme, "$1[:]//");
  return cut(line, maxLength);
}

/** Cuts between what a reader takes for characters, and shows that it did. */
function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)) {
    if (kept.length + segment.length > maxLength - ellipsis.length) break;
    kept += segment;
  }
  return `${kept.trimEnd()}${ellipsis}`;
}
