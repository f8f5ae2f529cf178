import type { Link } from "../notify/compose/fill-template.ts";
import { type Escape, fit } from "./wording.ts";

/** What Markdown reads as markup anywhere, and what it does so at the start of a line; a backslash takes that away. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\*_~`|[\]<]|^[-+#>]/g, String.raw`\$&`);
}

/** As many masked links as there is room for. */
export function maskedLinks(links: readonly Link[], max: number, escape: Escape): string {
  const one = ({ text, href }: Link): string =>
    `[${fit(text, 80, escape)}](${href.replaceAll("(", "%28").replaceAll(")", "%29")})`;
  return links.reduce((all, link) => {
    const longer = all === "" ? one(link) : `${all} · ${one(link)}`;
    return longer.length <= max ? longer : all;
  }, "");
}
