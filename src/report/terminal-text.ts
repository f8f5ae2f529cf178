import { styleText } from "node:util";

/** What a piece of text is to the eye. Never the only sign of anything: a glyph or a word says the same. */
export type Tone = "good" | "notice" | "bad" | "dim" | "strong" | "plain";

export interface Segment {
  readonly text: string;
  readonly tone: Tone;
}

export function segment(text: string, tone: Tone = "plain"): Segment {
  return { text, tone };
}

const styles = { good: "green", notice: "yellow", bad: "red", dim: "dim", strong: "bold" } as const;

/**
 * Text of others made safe for a terminal and for one line: no control, bidirectional or invisible
 * characters, no line breaks, no lone surrogates.
 */
export function printable(text: string): string {
  return text
    .replaceAll(/[\t\n\v\f\r\u0085\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(/\p{Cf}/gu, "")
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, "\uFFFD");
}

const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F000}-\u{1FAFF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;
const combining = /[\p{Mn}\p{Me}]/u;
/** Asks for the emoji form of the character before it, which is one column wider. */
const emojiSelector = "\uFE0F";

function columnsOf(character: string): number {
  if (character === emojiSelector) return 1;
  if (combining.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Terminal columns of a printable text. Rather too many than too few. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** As much of the text as goes into `width` columns. */
function clip(text: string, width: number): string {
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += columnsOf(character);
    if (used > width) break;
    kept += character;
  }
  return kept;
}

/** The text, cut with an ellipsis when it is wider than `width` columns. */
export function fit(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return width <= 0 ? "" : `${clip(text, width - 1)}…`;
}

/** Cut or filled with spaces to exactly `width` columns. */
export function cell(text: string, width: number, align: "left" | "right" = "left"): string {
  const fitted = fit(printable(text), width);
  const filling = " ".repeat(Math.max(0, width - displayWidth(fitted)));
  return align === "left" ? fitted + filling : filling + fitted;
}

export interface Ink {
  readonly colour: boolean;
  /** Lines are cut to this; undefined leaves them whole. */
  readonly columns?: number | undefined;
}

/** One line: every segment made printable, the whole cut to the width, then coloured. */
export function drawLine(
  segments: readonly Segment[],
  { colour, columns = Number.POSITIVE_INFINITY }: Ink,
): string {
  const clean = joined(segments);
  const isCut = clean.reduce((width, { text }) => width + displayWidth(text), 0) > columns;
  let left = isCut ? columns - 1 : columns;
  let line = "";
  for (const { text, tone } of clean) {
    const shown = clip(text, left);
    line += paint(shown, tone, colour);
    if (shown !== text) break;
    left -= displayWidth(shown);
  }
  return isCut && columns > 0 ? `${line}…` : line.trimEnd();
}

/** Neighbours of the same tone as one segment, all of them printable. */
function joined(segments: readonly Segment[]): readonly Segment[] {
  const result: { text: string; tone: Tone }[] = [];
  for (const { text, tone } of segments) {
    const before = result.at(-1);
    if (before?.tone === tone) before.text += printable(text);
    else result.push({ text: printable(text), tone });
  }
  return result;
}

function paint(text: string, tone: Tone, colour: boolean): string {
  if (!colour || tone === "plain" || text === "") return text;
  return styleText(styles[tone], text, { validateStream: false });
}
