/** Text that stands in a cell of a table. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** A table, or nothing when there are no rows. A column whose cells are all empty is left out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = head.map((_, column) => rows.some((row) => (row[column] ?? "") !== ""));
  const line = (cells: readonly string[]): string =>
    `| ${cells
      .filter((_, column) => used[column])
      .map(cell)
      .join(" | ")} |\n`;
  return rows.length === 0 ? "" : line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

/** The anchor that readers of Markdown make of a heading. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** A sentence: begins with a capital, ends with a full stop. Code and names at its beginning stay as they are. */
export function sentence(text: string): string {
  const begun = /^[a-z]+(?:[ ,:;.]|$)/.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** What stands at the top of every page. */
export function titled(title: string, source: string, ...paragraphs: readonly string[]): string {
  const note = `<!-- Written by \`npm run docs\` from ${source}. Change that, not this page. -->`;
  return [`# ${title}\n`, `${note}\n`, ...paragraphs.map((text) => `${text}\n`)].join("\n");
}
