import { escapeHtml } from "../std/escape-html.ts";
import { plainLine } from "../std/sanitize.ts";

/** Markup that is safe to send: only `html` and `trusted` make it. */
export class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

export type Part = Html | string | number | undefined | false | readonly Part[];

const mostText = 8000;

/**
 * Text in `${}` becomes one line of visible, escaped text: no markup, control, bidi or invisible characters. Attributes
 * must be quoted. A tag of our own, because hono's may return promises, and escapes but does not clean.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = strings[0] ?? "";
  for (const [index, part] of parts.entries()) markup += write(part) + (strings[index + 1] ?? "");
  return new Html(markup);
}

/** Markup that this program has written itself, such as path data. Never text from outside. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

function write(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.toString();
  if (typeof part === "number") return String(part);
  if (typeof part === "string") return escapeHtml(plainLine(part, mostText));
  return part.map(write).join("");
}

/** A path on this service; every part is encoded. */
export function path(...parts: readonly string[]): string {
  return `/${parts.map(encodeURIComponent).join("/")}`;
}
