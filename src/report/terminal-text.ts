import { styleText } from "node:util";
import { displayWidth } from "../std/display-width.ts";

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

/** As much of the text as goes into `width` columns. */
function clip(text: string, width: number): string {
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += displayWidth(character);
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
export function drawLine(segments: readonly Segment[], { colour, columns = Number.POSITIVE_INFINITY }: Ink): string {
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

/** Text already made printable, coloured for a terminal. */
export function paint(text: string, tone: Tone, colour: boolean): string {
  if (!colour || tone === "plain" || text === "") return text;
  return styleText(styles[tone], text, { validateStream: false });
}

/** Time since something began: `00:41`, `1:02:03`. */
export function elapsed(durationMs: number): string {
  const totalSeconds = Math.max(0, Math.floor(durationMs / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(totalSeconds / 3600);
  const rest = `${two(Math.floor(totalSeconds / 60) % 60)}:${two(totalSeconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
