import { type Html, html, type Part } from "./html.ts";

/** A column: its head, and whether it holds numbers or long text. */
export interface Column {
  readonly head: string;
  readonly kind?: "num" | "text";
}

/** Rows whose first cell is a heading; on a phone each row is a card. `caption` is for screen readers. */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Part[])[]): Html {
  const classOf = ({ kind }: Column) => kind !== undefined && html` class="${kind}"`;
  const heads = columns.map((column) => html`<th scope="col" ${classOf(column)}>${column.head}</th>`);
  const lines = rows.map((cells) => {
    const drawn = cells.map((cell, index) => {
      const column = columns[index] ?? { head: "" };
      return index === 0
        ? html`<th scope="row" ${classOf(column)}>${cell}</th>`
        : html`<td${classOf(column)} data-label="${column.head}">${cell}</td>`;
    });
    return html`<tr>
      ${drawn}
    </tr>`;
  });
  return html`<div class="wide" tabindex="0" role="region" aria-label="${caption}: table">
    <table class="cells">
      <caption class="sr">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${lines}
      </tbody>
    </table>
  </div>`;
}

/** Names and values; what is undefined is left out. */
export function factList(rows: readonly (readonly [name: string, value: Part])[], where = "panel"): Html {
  const shown = rows.filter(([, value]) => value !== undefined);
  return html`<dl class="facts ${where}">
    ${shown.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

/** A thing with its state, and beside it what was and what is. */
export function changeLine(
  subject: Part,
  under: Part,
  sides: readonly [was: readonly [name: string, value: Part], is: readonly [name: string, value: Part]],
  details = "",
): Html {
  const [[before, was], [after, is]] = sides;
  return html`<div class="change line">
    <div><span class="path mono">${subject}</span><br /><span class="small">${under}</span></div>
    <div>
      <div><span class="soft small">${before}</span> <del>${was}</del></div>
      <div><span class="soft small">${after}</span> <ins>${is}</ins></div>
      ${details !== "" && html`<div class="small soft">${details}</div>`}
    </div>
  </div>`;
}

/** What is shown in place of a table without rows. */
export function nothing(sentence: string): Html {
  return html`<div class="empty"><p>${sentence}</p></div>`;
}

/** Links to the pages of a list. */
export function pager(page: number, pages: number, addressOf: (page: number) => string): Html {
  if (pages === 1) return html``;
  return html`<nav class="pager" aria-label="Further pages">
    ${page > 1 && html`<a rel="prev" href="${addressOf(page - 1)}">Previous</a>`}<span>page ${page} of ${pages}</span
    >${page < pages && html`<a rel="next" href="${addressOf(page + 1)}">Next</a>`}
  </nav>`;
}
