import { type Html, html, path } from "./html.ts";

/** Takes back what was just done to an incident, where that is possible. */
export function undoForm(query: Readonly<Record<string, string>>): Html | undefined {
  const { done, undo: id } = query;
  if (id === undefined || id.length > 200) return undefined;
  switch (done) {
    case "silence":
      return html`<form method="post" action="/quiet/acts">
        <input type="hidden" name="act" value="expire" /><input type="hidden" name="id" value="${id}" />
        <button class="quiet tiny">Undo: end the silence now</button>
      </form>`;
    case "accept":
      return html`<form method="post" action="${path("baselines", id, "acts")}">
        <input type="hidden" name="why" value="undone: it was accepted by mistake" />
        <button class="quiet tiny">Undo: go back to the baseline before</button>
        <a class="small" href="${path("baselines", id)}">See its versions</a>
      </form>`;
    default:
      return undefined;
  }
}
